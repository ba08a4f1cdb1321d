namespace AtpKeyserver.Copies;

/// <summary>Counts restored and omitted rows.</summary>
public sealed class RestoreCount
{
    private int _written;
    private int _leftOut;
    private int _erased;

    public int LeftOut => _leftOut;

    public void Written(int rows) => Interlocked.Add(ref _written, rows);

    /// <summary>Rows of an earlier incarnation, newer than their head, or modified.</summary>
    public void Left(int rows) => Interlocked.Add(ref _leftOut, rows);

    /// <summary>Counts an account or group that was deleted after the copy.</summary>
    public void Erased() => Interlocked.Increment(ref _erased);

    public override string ToString() =>
        $"Wrote {_written} rows of accounts and groups, omitted {_leftOut}. "
        + $"Erased {_erased} accounts and groups again.";
}
