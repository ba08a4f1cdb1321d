namespace AtpKeyserver.Versions;

/// <summary>Version numbers that are read by one request: a row, or a query of a range.</summary>
/// <param name="First">The lowest number.</param>
/// <param name="Last">The highest number.</param>
internal readonly record struct KeyVersionRun(int First, int Last)
{
    /// <summary>
    /// How many unneeded numbers a run may contain between two needed ones: a row costs far less than a request.
    /// </summary>
    public const int MaxGap = 8;

    public bool IsSingle => First == Last;

    /// <summary>The runs that contain these numbers, lowest first.</summary>
    public static IReadOnlyList<KeyVersionRun> Of(IEnumerable<int> versions)
    {
        var runs = new List<KeyVersionRun>();
        foreach (var version in versions.Order())
        {
            if (runs.Count > 0 && version - runs[^1].Last <= MaxGap + 1)
                runs[^1] = runs[^1] with { Last = version };
            else
                runs.Add(new(version, version));
        }

        return runs;
    }
}
