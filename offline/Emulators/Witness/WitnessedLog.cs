using AtpKeyserver.Tlog;

namespace AtpKeyserver.Emulators.Witness;

/// <summary>A log, and the last checkpoint of it that was cosigned.</summary>
/// <param name="key">The log's key, whose name is the log's origin.</param>
/// <param name="last">The last checkpoint; null for none.</param>
/// <param name="save">Stores a checkpoint durably.</param>
internal sealed class WitnessedLog(VerifierKey key, Checkpoint? last, Action<Checkpoint> save)
{
    private readonly Lock _lock = new();
    private Checkpoint? _last = last;

    /// <summary>The size of the last tree; 0 for none.</summary>
    public long Size => _last?.Size ?? 0;

    /// <summary>
    /// Checks a checkpoint in the order of the specification, and stores it if it continues the last one.
    /// <see href="https://c2sp.org/tlog-witness#add-checkpoint"/>
    /// </summary>
    /// <returns>The HTTP status.</returns>
    public int Add(AddCheckpointRequest request)
    {
        var checkpoint = request.Checkpoint;
        if (request.Note.Check(key).Status != SignatureStatus.Valid)
            return 403;
        if (request.OldSize > checkpoint.Size)
            return 400;
        lock (_lock)
        {
            if (request.OldSize != Size)
                return 409;
            var root = _last?.Root ?? TreeHash.Empty;
            if (!ConsistencyProof.Verify(Size, root, checkpoint.Size, checkpoint.Root, request.Proof.Span))
                return 422;
            save(checkpoint);
            _last = checkpoint;
            return 200;
        }
    }
}
