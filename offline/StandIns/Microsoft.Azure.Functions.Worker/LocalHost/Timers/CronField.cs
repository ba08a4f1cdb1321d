using System.Globalization;

namespace Microsoft.Azure.Functions.Worker.LocalHost.Timers;

/// <summary>One field of a cron expression: the set of its values, as bits.</summary>
internal readonly struct CronField
{
    private readonly ulong _bits;

    private CronField(ulong bits) => _bits = bits;

    internal bool Contains(int value) => (_bits >> value & 1) != 0;

    /// <returns>The least value not below <paramref name="from"/>; -1 when there is none.</returns>
    internal int AtLeast(int from)
    {
        var rest = from > 63 ? 0 : _bits >> from;
        return rest == 0 ? -1 : from + System.Numerics.BitOperations.TrailingZeroCount(rest);
    }

    /// <summary>Reads lists of <c>*</c>, values, ranges and steps of them; <c>5/10</c> runs from 5 to the maximum.</summary>
    /// <param name="text">The field.</param>
    /// <param name="minimum">The least value.</param>
    /// <param name="maximum">The greatest value, at most 59.</param>
    /// <param name="names">Of the values from the minimum on, if they have any; three letters are enough.</param>
    /// <exception cref="FormatException">Anything else; the message says what.</exception>
    internal static CronField Parse(string text, int minimum, int maximum, IReadOnlyList<string>? names = null)
    {
        var bits = 0UL;
        foreach (var item in text.Split(','))
        {
            var slash = item.Split('/');
            var step = slash.Length == 1 ? 1 : Number(slash[1], text);
            if (slash.Length > 2 || step < 1)
                throw new FormatException($"'{item}' is not a step");
            var (first, last) = Range(slash[0], slash.Length > 1, minimum, maximum, names);
            for (var value = first; value <= last; value += step)
                bits |= 1UL << value;
        }

        return new CronField(bits);
    }

    private static (int First, int Last) Range(string text, bool stepped, int minimum, int maximum, IReadOnlyList<string>? names)
    {
        if (text == "*")
            return (minimum, maximum);
        var ends = text.Split('-');
        if (ends.Length > 2)
            throw new FormatException($"'{text}' is not a range");
        var first = Value(ends[0], minimum, maximum, names);
        var last = ends.Length == 2 ? Value(ends[1], minimum, maximum, names) : stepped ? maximum : first;
        return first <= last ? (first, last) : throw new FormatException($"the range '{text}' runs backwards");
    }

    private static int Value(string text, int minimum, int maximum, IReadOnlyList<string>? names)
    {
        if (names is not null && text.Length >= 3)
        {
            for (var i = 0; i < names.Count; i++)
            {
                if (names[i].StartsWith(text, StringComparison.OrdinalIgnoreCase))
                    return minimum + i;
            }
        }

        var value = Number(text, text);
        return value >= minimum && value <= maximum
            ? value
            : throw new FormatException($"{value} is not between {minimum} and {maximum}");
    }

    private static int Number(string text, string whole) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < 100
            ? number
            : throw new FormatException($"'{whole}' has no number where one is due");
}
