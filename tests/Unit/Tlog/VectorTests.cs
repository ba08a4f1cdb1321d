using System.Text.Json;
using AtpKeyserver.DevStack;
using AtpKeyserver.Tlog;

namespace AtpKeyserver.Tests.Unit.Tlog;

/// <summary>
/// <c>Vectors/tlog.json</c> has what other implementations need to check theirs. After an intended change of a format:
/// <c>cp artifacts/tlog.json tests/Vectors/tlog.json</c>.
/// </summary>
public sealed class VectorTests
{
    private static readonly LogExample Example = new();

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    [Fact]
    public void The_vectors_are_those_of_the_file()
    {
        var actual = JsonSerializer.Serialize(Vectors(), Indented) + "\n";
        var root = AzuriteProcess.RepositoryRoot();
        var folder = Directory.CreateDirectory(Path.Combine(root, "artifacts"));
        File.WriteAllText(Path.Combine(folder.FullName, "tlog.json"), actual);
        Assert.Equal(
            File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Vectors", "tlog.json")), actual);
    }

    [Fact]
    public void The_proof_of_the_file_verifies()
    {
        using var file = JsonDocument.Parse(
            File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Vectors", "tlog.json")));
        Assert.True(TlogProof.TryParse(file.RootElement.GetProperty("proof").GetProperty("text").GetString(),
            out var proof));
        Assert.True(VerifierKey.TryParse(file.RootElement.GetProperty("keys").GetProperty("vkey").GetString(),
            out var key));
        Assert.Equal(SignatureStatus.Valid, proof.Note.Check(key).Status);
        Assert.True(ProofExtra.TryParse(proof.Extra.Span, out var extra));
        Assert.True(extra.TryMakeEntry(LogExample.Subject, Example.VrfKey.PublicKey, out var entry));
        Assert.True(proof.Includes(entry.LeafHash()));
    }

    private static object Vectors() => new
    {
        about = "Vectors of the transparency log. Bytes are lower-case hex. The keys protect nothing.",
        keys = new
        {
            origin = LogExample.Origin,
            log_seed = Hex(LogExample.LogSeed),
            vkey = Example.Signer.VerifierKey.ToString(),
            cosigner_seed = Hex(LogExample.CosignerSeed),
            cosigner_vkey = Example.Cosigner.VerifierKey.ToString(),
            vrf_scalar = Hex(LogExample.VrfScalar),
            vrf_key = Hex(Example.VrfKey.PublicKey.Bytes.Span),
        },
        identity = new[]
        {
            Identity(Example.Identity),
            Identity(new LogIdentity(LogExample.Origin, Example.VrfKey.PublicKey, Example.Checkpoint.Size,
                Example.Checkpoint.Root)),
        },
        labels = new[]
        {
            LogExample.Subject,
            ChainSubject.Devices("did:plc:ewvi7nxzyoun6zhxrhs64oiz"),
            ChainSubject.Account("did:plc:ewvi7nxzyoun6zhxrhs64oiz"),
            ChainSubject.GroupKeys("did:plc:ewvi7nxzyoun6zhxrhs64oiz#friends"),
            ChainSubject.GroupPeople("did:plc:ewvi7nxzyoun6zhxrhs64oiz#friends"),
        }.Select(LabelOf),
        openings = new[] { Opening(Example.FirstOpening), Opening(Example.Opening) },
        key_commitment = new
        {
            group_id = "did:plc:ewvi7nxzyoun6zhxrhs64oiz#friends",
            version = 3,
            key = Hex(LogExample.Nonce),
            commitment = Hex(KeyCommitment.Compute(
                "did:plc:ewvi7nxzyoun6zhxrhs64oiz#friends", 3, LogExample.Nonce).Span),
        },
        entries = Example.Entries.Select(Entry),
        checkpoint = new
        {
            origin = LogExample.Origin,
            size = Example.Checkpoint.Size,
            root = Hex(Example.Checkpoint.Root.Span),
            cosigned_at = LogExample.Time,
            note = System.Text.Encoding.UTF8.GetString(Example.Note.Format()),
        },
        proof = new
        {
            did = LogExample.Subject.Text.Split('\0')[0],
            name = LogExample.Subject.Text.Split('\0')[1],
            index = LogExample.Index,
            extra = Hex(Example.Extra.Encode()),
            hashes = Example.Proof.Hashes.ToArray().Select(hash => Hex(hash.Span)),
            text = Example.Proof.ToString(),
        },
        consistency = Enumerable.Range(1, LogExample.Size).Select(Consistency),
        tile = new
        {
            path = Tile().Address.ToString(),
            content = Hex(Tile().Content.Content.Span),
            bundle_path = TileAddress.OfEntries(0, LogExample.Size).ToString(),
            bundle = Hex(EntryBundle.Encode(
                [.. Example.Entries.Select(entry => new ReadOnlyMemory<byte>(entry.Encode()))])),
        },
    };

    private static object Identity(LogIdentity identity) => new
    {
        predecessor_size = identity.PredecessorSize,
        predecessor_root = Hex(identity.PredecessorRoot.Span),
        commitment = Hex(identity.Commitment().Span),
        entry = Hex(identity.ToEntry().Encode()),
    };

    private static object LabelOf(ChainSubject subject)
    {
        var (label, proof) = Label.Prove(Example.VrfKey, subject);
        return new
        {
            chain = (int)subject.Kind,
            subject = Hex(System.Text.Encoding.UTF8.GetBytes(subject.Text)),
            input = Hex(subject.LabelInput()),
            vrf_proof = Hex(proof.Bytes.Span),
            vrf_output = Hex(proof.ToOutput()),
            label = Hex(label.Span),
        };
    }

    private static object Opening(Opening opening) => new
    {
        nonce = Hex(opening.Nonce.Span),
        @event = System.Text.Encoding.UTF8.GetString(opening.EventBytes.Span),
        opening = Hex(opening.Bytes.Span),
        commitment = Hex(opening.Commitment().Span),
    };

    private static object Entry(LogEntry entry) => new
    {
        chain = (int)entry.Chain,
        label = Hex(entry.Label.Span),
        sequence = entry.Sequence,
        previous = Hex(entry.Previous.Span),
        commitment = Hex(entry.Commitment.Span),
        entry = Hex(entry.Encode()),
        digest = Hex(entry.Digest().Span),
        leaf = Hex(entry.LeafHash().Span),
    };

    private static object Consistency(int size)
    {
        var tree = new ReferenceTree([.. Example.Entries.Select(entry => entry.LeafHash())]);
        return new
        {
            size,
            root = Hex(tree.Hash(0, size).Span),
            proof = ConsistencyProof.Create(size, LogExample.Size, tree).Select(hash => Hex(hash.Span)),
        };
    }

    private static (TileAddress Address, Tile Content) Tile() =>
        (TileGeometry.Tiles(0, LogExample.Size).Single(),
            AtpKeyserver.Tlog.Tile.Of([.. Example.Entries.Select(entry => entry.LeafHash())]));

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);
}
