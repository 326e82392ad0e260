package io.postern.km.ldap;

import java.net.InetAddress;
import java.util.function.Predicate;

/// Where the directory's entries are, and who may ask for more than exact addresses.
///
/// @param base DN above all entries, such as `dc=example,dc=com`
/// @param insiders who may search by the beginning of an address
/// @param prefix how many characters that beginning has at least
public record DirectoryRules(String base, Predicate<InetAddress> insiders, int prefix) {}
