package io.postern.km.http;

import io.postern.km.secret.Secret;
import java.util.List;

/// Hands parcels of invited people out. Any number of threads; never throws for what is asked.
public interface Enrolment {
    /// What came of asking.
    sealed interface Answer {
        /// What is in the parcel.
        ///
        /// @param names of the files, the same in each form
        record Parcel(String address, List<String> names) implements Answer {
            /// Copies the list.
            public Parcel {
                names = List.copyOf(names);
            }
        }

        /// A file.
        ///
        /// @param content the caller closes it
        record File(String name, Secret content) implements Answer {}

        /// The parcel is gone for good, as was asked.
        record Gone() implements Answer {}

        /// The token is none, was redeemed, or its time is over: nobody is told which.
        record None() implements Answer {}

        /// Somebody is at work: in a moment.
        record Later() implements Answer {}
    }

    /// How files are encrypted.
    enum Form {
        /// What is written today.
        MODERN,
        /// What old programs read.
        COMPATIBLE
    }

    /// What is in the parcel of that token; hands nothing out and leaves no trace.
    Answer look(String token);

    /// Hands a file out, of those that [#look] named; it can be fetched again for 24 hours.
    ///
    /// @param index of its name
    Answer fetch(String token, Form form, int index);

    /// Its owner has all files: takes the parcel away.
    Answer done(String token);
}
