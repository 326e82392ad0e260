package io.postern.gateway.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("What an account usually does")
class HabitTest {
    private static final double FORTNIGHT = 14 * 24;
    private static final Habit.Thresholds THRESHOLDS = new Habit.Thresholds(5, 300, 50);

    private static Habit sending(long hour, long recipients, double usual) {
        return new Habit(hour, recipients, 0, usual, 0);
    }

    record Case(String rule, Habit habit, boolean tooMuch) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> sudden() {
        return Stream.of(
                new Case("nothing at all", Habit.none(0), false),
                new Case("the floor is never too much", sending(0, 300, 0), false),
                new Case("beyond the floor, of one who never did", sending(0, 301, 0), true),
                new Case("the same of one who often does", sending(0, 301, 250), false),
                new Case("five times the usual", sending(0, 1_250, 250), false),
                new Case("more than five times the usual", sending(0, 1_251, 250), true),
                new Case("refused: the floor", new Habit(0, 60, 50, 0, 0), false),
                new Case("refused: beyond the floor", new Habit(0, 60, 51, 0, 0), true),
                new Case("refused: usual for a mailing list", new Habit(0, 60, 51, 0, 40), false));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("sudden")
    void tooMuch(Case c) {
        assertEquals(c.tooMuch(), c.habit().tooMuch(THRESHOLDS).isPresent());
    }

    @Test
    @DisplayName("an hour is learned from when it is over, a fifth at a time")
    void learns() {
        var habit = sending(10, 100, 0);
        assertEquals(habit, habit.at(10, FORTNIGHT));
        var next = habit.at(11, 1e9);
        assertEquals(0, next.recipients());
        assertEquals(20, next.usual(), 1e-6);
        assertEquals(36, sending(11, 100, next.usual()).at(12, 1e9).usual(), 1e-6);
    }

    @Test
    @DisplayName("hours without mail take nothing away but by time: half in a half-life")
    void forgets() {
        var habit = sending(0, 0, 1_000);
        assertEquals(500, habit.at((long) FORTNIGHT, FORTNIGHT).usual(), 1e-6);
        var byHour = habit;
        for (int hour = 1; hour <= FORTNIGHT; hour++) {
            byHour = byHour.at(hour, FORTNIGHT);
        }
        assertEquals(500, byHour.usual(), 1e-6);
    }

    @Test
    @DisplayName("a weekly mailing, once it was said to be usual, stays so")
    void weekly() {
        var habit = sending(0, 5_000, 3).forgiven(true);
        for (long week = 1; week <= 52; week++) {
            habit = habit.at(week * 7 * 24, FORTNIGHT);
            var mailing = sending(habit.hour(), 5_000, habit.usual());
            assertEquals(Optional.empty(), mailing.tooMuch(THRESHOLDS), "week " + week);
            habit = mailing;
        }
    }

    @Test
    @DisplayName("a clock put back changes nothing; put on by years it forgets a month at most")
    void clocks() {
        var habit = sending(1_000_000, 200, 1_000);
        assertEquals(habit, habit.at(999_999, FORTNIGHT));
        assertEquals(200, habit.at(5, FORTNIGHT).recipients());
        assertEquals(1_000, habit.at(5, FORTNIGHT).usual());
        var far = habit.at(9_000_000, FORTNIGHT).usual();
        assertEquals(1_000 * Math.pow(0.5, 31 / 14.0), far, 1e-6);
    }

    @Test
    @DisplayName("what is written down is read back; what is damaged is nobody's")
    void text() {
        var habit = new Habit(489_948, 12, 3, 4.5, 0.125);
        assertEquals(Optional.of(habit), Habit.of(habit.text()));
        for (var damaged : new String[] {"", "1 2 3", "1 2 x 4 5", "1 -2 3 4 5", "1 2 3 NaN 5"}) {
            assertEquals(Optional.empty(), Habit.of(damaged), damaged);
        }
    }
}
