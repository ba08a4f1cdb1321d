namespace AtpKeyserver.Copies;

/// <summary>What became of the rows.</summary>
public sealed class RestoreCount
{
    private int _written;
    private int _leftOut;
    private int _erased;

    public int LeftOut => _leftOut;

    public void Written(int rows) => Interlocked.Add(ref _written, rows);

    /// <summary>Left over from an earlier life, newer than their head, or not as we wrote them.</summary>
    public void Left(int rows) => Interlocked.Add(ref _leftOut, rows);

    /// <summary>An account or group that was deleted after the copy was made.</summary>
    public void Erased() => Interlocked.Increment(ref _erased);

    public override string ToString() =>
        $"{_written} rows of accounts and groups were written, {_leftOut} left out, {_erased} accounts and groups erased again";
}
