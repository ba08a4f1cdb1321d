using AtpKeyserver.Tlog;

namespace AtpKeyserver.Tests.Unit.Tlog;

/// <summary>A log of 7 entries with fixed keys: number 5 is the second entry of a keypair.</summary>
internal sealed class LogExample
{
    public const string Origin = "keys.example.com/tlog";
    public const int Index = 5;
    public const int Size = 7;
    public const long Time = 1_790_000_000;

    public static readonly byte[] LogSeed = Fill(0x11);
    public static readonly byte[] CosignerSeed = Fill(0x22);
    public static readonly byte[] VrfScalar = [.. Fill(0x33)[..31], 0x03];
    public static readonly byte[] FirstNonce = Fill(0x44);
    public static readonly byte[] Nonce = Fill(0x55);

    public static readonly ChainSubject Subject = ChainSubject.Keypair("did:plc:ewvi7nxzyoun6zhxrhs64oiz", "main");

    public static readonly LogEvent FirstEvent = new()
    {
        Type = EventType.Created,
        At = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
        By = EventActor.Owner,
        Name = "main",
        Custody = "server",
    };

    public static readonly LogEvent Event = new()
    {
        Type = EventType.Version,
        At = new DateTimeOffset(2026, 1, 1, 0, 0, 0, 1, TimeSpan.Zero),
        By = EventActor.Owner,
        Version = 1,
        PublicKey = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    };

    public LogExample()
    {
        VrfKey = VrfSecretKey.TryImport(VrfScalar, out var key) ? key : throw new InvalidOperationException();
        Identity = new LogIdentity(Origin, VrfKey.PublicKey);
        (Label, VrfProof) = AtpKeyserver.Tlog.Label.Prove(VrfKey, Subject);
        FirstOpening = new Opening(FirstNonce, FirstEvent.Encode());
        First = new LogEntry(Subject.Kind, Label, 0, default, FirstOpening.Commitment());
        Opening = new Opening(Nonce, Event.Encode());
        Entry = new LogEntry(Subject.Kind, Label, 1, First.Digest(), Opening.Commitment());
        var tree = new ReferenceTree([.. Entries.Select(entry => entry.LeafHash())]);
        Checkpoint = new Checkpoint(Origin, Size, tree.Hash(0, Size));
        var text = Checkpoint.Format();
        Note = new Note(text, [Signer.Sign(text), Cosigner.Cosign(text, Time)]);
        Extra = new ProofExtra(VrfProof, Entry.Sequence, Entry.Previous, Opening);
        Proof = new TlogProof(Extra.Encode(), Index, InclusionProof.Create(Index, Size, tree), Note);
    }

    public NoteSigner Signer { get; } = new(Origin, LogSeed);

    public Cosigner Cosigner { get; } = new(Origin, CosignerSeed);

    public VrfSecretKey VrfKey { get; }

    public LogIdentity Identity { get; }

    public Hash Label { get; }

    public VrfProof VrfProof { get; }

    public Opening FirstOpening { get; }

    public LogEntry First { get; }

    public Opening Opening { get; }

    public LogEntry Entry { get; }

    public Checkpoint Checkpoint { get; }

    public Note Note { get; }

    public ProofExtra Extra { get; }

    public TlogProof Proof { get; }

    /// <summary>Entry 0, entries of other accounts, and at 3 and 5 those of the keypair.</summary>
    public IReadOnlyList<LogEntry> Entries =>
        [Identity.ToEntry(), Other(1), Other(2), First, Other(4), Entry, Other(6)];

    private static LogEntry Other(byte number) =>
        new(ChainKind.Account, Hash.Sha256([number]), 0, default, Hash.Sha256([number, number]));

    private static byte[] Fill(byte value) => [.. Enumerable.Repeat(value, 32)];
}
