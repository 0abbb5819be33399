from django.utils.translation import gettext_lazy as _

from huiying.kernel.refusals import NotFound


class NoGrowthList(NotFound):
    code = "no_growth_list"
    sentence = _("There is no list for this week yet. Open the newest one.")
