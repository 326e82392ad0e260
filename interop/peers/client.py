"""Handing mail in: one long-lived SMTP client for the suite."""

import smtplib

from .messages import AUTHOR, options_for


class Submitter:
    """Sends raw bytes over one kept session; opens a new one when the server closed it."""

    def __init__(self, port, helo="inside.example.com"):
        self.port = port
        self.helo = helo
        self.smtp = None

    def _open(self):
        self.smtp = smtplib.SMTP("127.0.0.1", self.port, local_hostname=self.helo, timeout=120)
        self.smtp.ehlo()

    def offers(self, keyword):
        if self.smtp is None:
            self._open()
        return self.smtp.has_extn(keyword)

    def send(self, content, rcpt, mail_from=AUTHOR, options=None):
        """The last reply as (code, text); 0 when the connection broke."""
        options = options_for(content) if options is None else options
        for attempt in (1, 2):
            try:
                if self.smtp is None:
                    self._open()
                return self._transaction(content, rcpt, mail_from, options)
            except (smtplib.SMTPServerDisconnected, ConnectionError) as broken:
                self.close()
                if attempt == 2:
                    return 0, f"connection broke: {broken}"
        return 0, "not reached"

    def _transaction(self, content, rcpt, mail_from, options):
        smtp = self.smtp
        code, text = smtp.mail(mail_from, options)
        if code == 250:
            code, text = smtp.rcpt(rcpt)
        if code == 250:
            try:
                code, text = smtp.data(content)
            except smtplib.SMTPDataError as refused:
                code, text = refused.smtp_code, refused.smtp_error
        if code == 421:
            self.close()
        elif code != 250:
            try:
                smtp.rset()
            except smtplib.SMTPServerDisconnected:
                # Some refusals end the session, and rightly so (a bare CR, say).
                self.close()
        return code, text.decode("utf-8", "replace")

    def close(self):
        if self.smtp is not None:
            try:
                self.smtp.close()
            finally:
                self.smtp = None
