import pytest, os
from tests.browsing import axe
pytestmark=[]
@pytest.mark.django_db
def test_db():
    from analysis.models import Terms
    assert Terms.objects.count()==1
def test_net():
    import socket
    with pytest.raises(pytest.fail.Exception): socket.create_connection(("example.org",80))
    with pytest.raises(pytest.fail.Exception): socket.create_connection(("10.0.0.1",80),1)
@pytest.mark.django_db
def test_client(client):
    assert client.get("/nothing/").status_code==404
@pytest.mark.django_db
def test_sqlite_kind():
    from django.db import connection
    print(connection.vendor, connection.settings_dict["NAME"])
def test_site(live_site):
    assert live_site.shell("from analysis.models import Terms; print(Terms.objects.count())")=="1"
    live_site.shell("from django.core.mail import send_mail; send_mail('hi','body','a@b.c',['d@e.f'])")
    assert live_site.mailbox.wait()[0]["subject"]=="hi"
    assert live_site.stop()==0
    live_site.start()
    assert "Traceback" not in live_site.log()
def test_page(live_site, page):
    r=page.goto(live_site.url+"/nope/")
    assert r.status==404
    axe(page)
    assert page.evaluate("typeof axe")=="object"
