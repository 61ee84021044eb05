import http.server, threading, pytest
PAGE = b"<!doctype html><html lang=en><title>x</title><body onload='1'><main><h1 style='color:red'>x</h1><script>1</script><img src='http://example.org/x.png' alt=''><script src='/missing.js'></script></main>"
@pytest.fixture
def bad():
    class H(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            ok = self.path == "/"
            self.send_response(200 if ok else 404); self.send_header("Content-Security-Policy", "default-src 'none'; script-src 'self'"); self.send_header("Content-Type","text/html"); self.end_headers(); self.wfile.write(PAGE if ok else b"")
        def log_message(self,*a): pass
    s = http.server.ThreadingHTTPServer(("127.0.0.1",0),H); threading.Thread(target=s.serve_forever,daemon=True).start()
    yield f"http://127.0.0.1:{s.server_port}"
    s.shutdown()
def test_bad(bad, page, findings):
    page.goto(bad+"/"); page.wait_for_timeout(300)
    print("\n".join(findings)); findings.clear()
def test_nojs(bad, open_page, findings):
    p = open_page(java_script_enabled=False); p.goto(bad+"/"); p.wait_for_timeout(300)
    print("NOJS"); print("\n".join(findings)); findings.clear()
