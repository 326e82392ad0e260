/// Lists of clients, names and addresses that are refused or let through. RFC 2505 §2.5, §2.7.
@NullMarked
package io.postern.gateway.lists;

import org.jspecify.annotations.NullMarked;
