filedesc://synthetic.arc 0.0.0.0 20140303021500 text/plain 71
1 0 synthetic
URL IP-address Archive-date Content-type Archive-length

http://news.synthetic.example/a b.html 192.0.2.1 20140303021500 text/html 240
HTTP/1.1 200 OK
Content-Type: text/html; charset=utf-8

<html><head><title>合成</title></head><body><h1>合成公告</h1><p>这是一个合成的样本页面，用来检查读取。这是一个合成的样本页面。</p></body></html>
