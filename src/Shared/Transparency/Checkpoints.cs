using AtpKeyserver.Concurrency;
using AtpKeyserver.Tlog;

namespace AtpKeyserver.Transparency;

/// <summary>
/// Signs checkpoints of the committed log: with the log's key, and with a second key and the time before the head was
/// read, which shows how fresh the checkpoint is.
/// </summary>
public sealed class Checkpoints(LogCreation creation, LogKeyring keyring, TimeProvider clock)
{
    /// <summary>How long a checkpoint is served before the head is read again.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(1);

    /// <summary>How long the time in a checkpoint is good enough.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(60);

    private readonly SingleFlight<bool, SignedCheckpoint> _reads = new();
    private SignedCheckpoint? _last;

    /// <summary>The newest checkpoint, at most a second old.</summary>
    public async Task<SignedCheckpoint> GetAsync(CancellationToken cancellation) =>
        Volatile.Read(ref _last) is { } last && clock.GetElapsedTime(last.Read) < Lifetime
            ? last
            : await _reads.RunAsync(true, RenewAsync, cancellation);

    private async Task<SignedCheckpoint> RenewAsync(CancellationToken cancellation)
    {
        var (time, read) = (clock.GetUtcNow(), clock.GetTimestamp());
        var head = await creation.FindOrCreateAsync(cancellation);
        var last = Volatile.Read(ref _last);
        var next = last is not null && last.Size == head.Tree.Size && time - last.Time < MaxAge
            ? last with { Read = read }
            : await SignAsync(head.Tree, time, read, cancellation);
        Volatile.Write(ref _last, next);
        return next;
    }

    private async Task<SignedCheckpoint> SignAsync(
        RightEdge tree, DateTimeOffset time, long read, CancellationToken cancellation)
    {
        var keys = await keyring.OpenAsync(cancellation);
        var text = new Checkpoint(keys.Origin, tree.Size, tree.Root()).Format();
        var note = new Note(text, [keys.Signer.Sign(text), keys.Cosigner.Cosign(text, time.ToUnixTimeSeconds())]);
        return new SignedCheckpoint(tree.Size, note.Format(), time, read);
    }
}
