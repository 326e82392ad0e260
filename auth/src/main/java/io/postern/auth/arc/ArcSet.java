package io.postern.auth.arc;

import io.postern.auth.authres.AuthenticationResults;
import io.postern.mail.Domain;
import java.util.Optional;

public record ArcSet(int instance, Domain sealingDomain, Optional<AuthenticationResults> results) {}
