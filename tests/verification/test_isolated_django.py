"""Isolation with Django: a project's WSGI application in process, three hundred interactions at the same time."""

import subprocess
import sys
from pathlib import Path

import pytest

from contractkit.document import dump_contract
from tests.verification.stateful import select_stateful

pytestmark = pytest.mark.slow

FILES = {
    "pyproject.toml": """\
[tool.contractkit.provides.orders]
app = "shop.wsgi:application"
states = "provider_states.py"
contracts = ["contracts"]
""",
    "shop/__init__.py": "",
    "shop/settings.py": """\
SECRET_KEY = "invented"
ALLOWED_HOSTS = ["localhost"]
ROOT_URLCONF = "shop.urls"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "orders.sqlite"}}
INSTALLED_APPS = ["shop"]
""",
    "shop/models.py": """\
from django.db import models

class Order(models.Model):
    id = models.IntegerField(primary_key=True)
    status = models.TextField()

    def shown(self):
        return {"id": self.id, "status": self.status}
""",
    "shop/urls.py": """\
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.urls import path
from shop.models import Order

def listed(request):
    return JsonResponse([each.shown() for each in Order.objects.all()], safe=False)

def order(request, number):
    if request.method == "DELETE":
        Order.objects.get(id=number).delete()
        return HttpResponse(status=204)
    return JsonResponse(Order.objects.get(id=number).shown())

def shipment(request, number):
    with transaction.atomic():
        Order.objects.filter(id=number).update(status="shipped")
    return JsonResponse(Order.objects.get(id=number).shown())

urlpatterns = [
    path("orders", listed),
    path("orders/<int:number>", order),
    path("orders/<int:number>/shipment", shipment),
]
""",
    "shop/wsgi.py": """\
import os
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
application = get_wsgi_application()
""",
    "provider_states.py": """\
import shop.wsgi
from contractkit import provider_state
from contractkit.django import IsolatedDatabases
from shop.models import Order

databases = IsolatedDatabases()

@provider_state("an order", isolation=databases)
def an_order(id: int, status: str):
    Order.objects.create(id=id, status=status)

@provider_state("no orders", isolation=databases)
def no_orders():
    assert not Order.objects.exists()
""",
}
MAKE_TABLES = (
    "import shop.wsgi; from django.core.management import call_command; call_command('migrate', run_syncdb=True)"
)
COUNT = "import shop.wsgi; from shop.models import Order; print(Order.objects.count())"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts/web-shop-orders.json").write_bytes(dump_contract(select_stateful().contract))
    python(tmp_path, MAKE_TABLES)
    return tmp_path


def python(project: Path, source: str) -> str:
    ended = subprocess.run([sys.executable, "-c", source], cwd=project, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()


def verify(project: Path) -> tuple[int, str]:
    arguments = ["-c", "from contractkit.cli.main import main; main()", "verify", "orders"]
    ended = subprocess.run([sys.executable, *arguments], cwd=project, capture_output=True, text=True)
    return ended.returncode, ended.stdout or ended.stderr


def test_three_hundred_interactions_about_one_order_do_not_meet(project: Path) -> None:
    assert verify(project) == (
        0,
        "orders does what web-shop expects: 300 interactions passed.\n\n  web-shop   300 passed\n",
    )
    assert python(project, COUNT) == "0"


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        (
            "provider_states.py",
            "IsolatedDatabases()",
            'IsolatedDatabases(["orders"])',
            "Django has no database 'orders'.\n\n  known   default\n  at      {states}:6\n\nSee DATABASES.\n",
        ),
        (
            "shop/settings.py",
            "orders.sqlite",
            ":memory:",
            "Django's database 'default' is another one in every thread.\n\n"
            "  name   :memory:\n  at     {states}:6\n\n"
            "Use a file: each worker copies it into memory.\n",
        ),
        (
            "provider_states.py",
            FILES["provider_states.py"],
            "from contractkit.django import IsolatedDatabases\nIsolatedDatabases()\n",
            "Django is not set up, so its databases are not known.\n\n"
            "  reason   Requested setting DATABASES, but settings are not configured\n  at       {states}:2\n\n"
            "Import the project's WSGI application first, or set DJANGO_SETTINGS_MODULE.\n",
        ),
    ],
)
def test_wrong_use_is_one_message(project: Path, name: str, old: str, new: str, message: str) -> None:
    (project / name).write_text((project / name).read_text().replace(old, new))
    (project / "pyproject.toml").write_text(FILES["pyproject.toml"].replace("app =", 'url = "http://a" #'))
    assert verify(project) == (2, message.format(states=project / "provider_states.py"))
