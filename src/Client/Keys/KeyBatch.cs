namespace AtpKeyserver.Client;

/// <summary>The keys of one call.</summary>
internal sealed class KeyBatch(KeyRequest[] requests)
{
    public KeyRequest[] Requests => requests;

    /// <summary>The requests that still have a caller.</summary>
    public int Waiting { get; set; } = requests.Length;

    /// <summary>
    /// Cancelled when all callers have left. Not disposed: a caller may leave when the call has ended.
    /// </summary>
    public CancellationTokenSource Abandoned { get; } = new();
}
