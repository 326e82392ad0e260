/// Who must agree to an act, and how it is shown that they did: approvers with keys of their own
/// ([ApproverKey]), how many of them each operation needs ([Rules]), and the exact request that
/// they sign ([ActRequest]). Pure: no folder, no clock.
@NullMarked
package io.postern.km.consent;

import org.jspecify.annotations.NullMarked;
