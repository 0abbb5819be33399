from django.apps import AppConfig


class JointSessionsConfig(AppConfig):
    name = "huiying.supervision.joint_sessions"
    label = "joint_sessions"
