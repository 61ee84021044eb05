"""What an administrator does for others: takes away a second factor that was lost. Its secrets are shown to nobody."""

from allauth.account import admin as _addresses  # noqa: F401  registers what is taken away below
from allauth.account.models import EmailAddress
from allauth.mfa import admin as _factors  # noqa: F401
from allauth.mfa.models import Authenticator
from allauth.usersessions import admin as _sessions  # noqa: F401
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.http import HttpRequest

from newsroom.admin.account.sessions import has_factor
from newsroom.admin.site import DeskAdmin

admin.site.unregister([EmailAddress, Authenticator, UserSession])


@admin.register(Authenticator)
class AuthenticatorAdmin(DeskAdmin):
    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    list_select_related = ("user",)
    search_fields = ("user__username",)
    ordering = ("user__username", "id")
    fields = readonly_fields = list_display

    def has_add_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    has_change_permission = has_add_permission

    def delete_model(self, request: HttpRequest, obj: Authenticator) -> None:
        super().delete_model(request, obj)
        if not has_factor(obj.user):
            Authenticator.objects.filter(user=obj.user).delete()  # recovery codes open nothing by themselves
