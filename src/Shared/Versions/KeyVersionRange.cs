using System.Globalization;

namespace AtpKeyserver.Versions;

/// <summary>The version numbers that a page of a list covers.</summary>
/// <param name="Lowest">At least 1.</param>
/// <param name="Highest">On the first page, the active version.</param>
/// <param name="IsFirst">Whether it is the first page.</param>
/// <param name="IsBelowEarlierLife">
/// Whether a row above is a leftover from before the account or group was recreated: then all rows below must be, too.
/// </param>
internal readonly record struct KeyVersionRange(int Lowest, int Highest, bool IsFirst, bool IsBelowEarlierLife)
{
    private const char EarlierLife = '-';

    /// <param name="after">What <see cref="NextAfter"/> returned, authenticated; null for the first page.</param>
    /// <param name="active">The active version.</param>
    /// <param name="limit">Maximum number of versions.</param>
    public static KeyVersionRange Of(string? after, int active, int limit)
    {
        var highest = after is null
            ? active
            : Math.Min(active - 1, int.Parse(after.AsSpan().TrimEnd(EarlierLife), CultureInfo.InvariantCulture));
        return new(Math.Max(1, highest - limit + 1), highest, after is null, after?[^1] == EarlierLife);
    }

    /// <summary>The cursor of the next page: its highest number.</summary>
    public string NextAfter(bool isEarlierLife)
    {
        var next = (Lowest - 1).ToString(CultureInfo.InvariantCulture);
        return isEarlierLife || IsBelowEarlierLife ? next + EarlierLife : next;
    }

    /// <summary>The list entries of these versions, newest first.</summary>
    /// <param name="ascending">The versions of the page and those read around it, oldest first.</param>
    /// <param name="active">Replaces a successor whose row is missing.</param>
    public IReadOnlyList<KeyVersionStatus> StatusesOf(IReadOnlyList<KeyVersion> ascending, KeyVersion active)
    {
        var statuses = new List<KeyVersionStatus>(ascending.Count);
        DateTimeOffset? successor = IsFirst ? null : active.Created;
        for (var i = ascending.Count - 1; i >= 0 && ascending[i].Version >= Lowest; i--)
        {
            var version = ascending[i];
            if (version.Version <= Highest)
                statuses.Add(new(version.Version, version.Created, successor, version.PublicKey));
            successor = version.Created;
        }

        return statuses;
    }
}
