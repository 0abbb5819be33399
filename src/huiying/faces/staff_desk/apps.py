from django.apps import AppConfig


class StaffDeskConfig(AppConfig):
    name = "huiying.faces.staff_desk"
    label = "staff_desk"
