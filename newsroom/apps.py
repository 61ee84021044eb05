from allauth.account.apps import AccountConfig as AllauthAccountConfig
from django.apps import AppConfig, apps
from django.contrib.auth.management import create_permissions
from django.core.management import call_command
from django.db.models.signals import post_migrate


class NewsroomConfig(AppConfig):
    name = "newsroom"
    verbose_name = "Newsroom"

    def ready(self) -> None:
        post_migrate.connect(_write_groups, sender=apps.get_app_config("analysis"))


class AccountConfig(AllauthAccountConfig):
    def ready(self) -> None:
        """Its own asks for its middleware by name; ours is that one behind the private doors (newsroom/doors.py)."""
        from allauth.account import checks  # noqa: F401  registers them


def _write_groups(sender: AppConfig, using: str, **kwargs: object) -> None:
    from newsroom.admin.roles import write_groups  # models are not loaded yet when this module is

    create_permissions(sender, using=using, verbosity=0)  # Django's own hook for this may come after ours
    write_groups()
    call_command("createcachetable", database=using, verbosity=0)  # does nothing where it is
