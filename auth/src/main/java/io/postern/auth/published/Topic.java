package io.postern.auth.published;

/// What a finding is about, in the order in which findings are told.
public enum Topic {
    DNS("dns"),
    DKIM("dkim"),
    SPF("spf"),
    DMARC("dmarc"),
    MX("mx"),
    MTA_STS("mta-sts"),
    TLS_RPT("tls-rpt");

    private final String word;

    Topic(String word) {
        this.word = word;
    }

    /// As it is shown.
    public String word() {
        return word;
    }
}
