using AtpKeyserver.Tlog;

namespace AtpKeyserver.Tests.Unit.Tlog;

/// <summary>Entries, labels, openings and commitments.</summary>
public sealed class EntryTests
{
    private static readonly Hash Some = Hash.Sha256("some"u8);

    [Fact]
    public void An_entry_has_its_106_bytes()
    {
        var entry = new LogEntry(ChainKind.Devices, Some, 0x0102030405060708, Hash.Sha256([1]), Hash.Sha256([2]));
        var bytes = entry.Encode();
        Assert.Equal(
            [1, 2, .. Some.Span, 1, 2, 3, 4, 5, 6, 7, 8, .. Hash.Sha256([1]).Span, .. Hash.Sha256([2]).Span], bytes);
        Assert.Equal(LogEntry.Size, bytes.Length);
        Assert.True(LogEntry.TryParse(bytes, out var same));
        Assert.Equal(entry, same);
        Assert.Equal(Hash.Sha256(bytes), entry.Digest());
        Assert.Equal(TreeHash.Leaf(bytes), entry.LeafHash());
    }

    [Fact]
    public void Every_flipped_bit_gives_another_entry_or_none()
    {
        var entry = new LogEntry(ChainKind.Keypair, Some, 1, Some, Some);
        foreach (var changed in Changes.Of(entry.Encode()))
        {
            if (!LogEntry.TryParse(changed, out var other))
                continue;
            Assert.NotEqual(entry, other);
            Assert.Equal(changed, other.Encode());
        }
    }

    [Fact]
    public void Values_that_do_not_fit_together_are_refused()
    {
        foreach (var (chain, label, sequence, previous) in new (ChainKind, Hash, long, Hash)[]
        {
            (ChainKind.Log, Some, 0, default),
            (ChainKind.Log, default, 1, Some),
            (ChainKind.Account, Some, 0, Some),
            (ChainKind.Account, Some, 1, default),
            (ChainKind.Account, Some, -1, Some),
            ((ChainKind)6, Some, 1, Some),
        })
        {
            Assert.Throws<ArgumentException>(() => new LogEntry(chain, label, sequence, previous, Some));
            var bytes = new LogEntry(ChainKind.Account, Some, 1, Some, Some).Encode();
            bytes[1] = (byte)chain;
            label.Span.CopyTo(bytes.AsSpan(2));
            System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(34), sequence);
            previous.Span.CopyTo(bytes.AsSpan(42));
            Assert.False(LogEntry.TryParse(bytes, out _));
        }

        Assert.False(LogEntry.TryParse(new byte[105], out _));
        Assert.False(LogEntry.TryParse(new byte[107], out _));
        Assert.False(LogEntry.TryParse([], out _));
    }

    [Fact]
    public void A_label_is_shown_with_a_proof()
    {
        using var key = VrfSecretKey.Generate();
        var subject = ChainSubject.Keypair("did:web:alice.example.com", "main");
        var (label, proof) = Label.Prove(key, subject);
        Assert.True(Label.TryVerify(key.PublicKey, subject, proof, out var verified));
        Assert.Equal(label, verified);
        foreach (var other in new[]
        {
            ChainSubject.Keypair("did:web:alice.example.com", "other"),
            ChainSubject.Keypair("did:web:bob.example.com", "main"),
            ChainSubject.Account("did:web:alice.example.com"),
        })
            Assert.False(Label.TryVerify(key.PublicKey, other, proof, out _));
    }

    [Fact]
    public void Subjects_have_different_inputs()
    {
        ChainSubject[] subjects =
        [
            ChainSubject.Keypair("a", "b"), ChainSubject.Keypair("ab", "c"), ChainSubject.Keypair("a", "bc"),
            ChainSubject.Devices("a"), ChainSubject.Account("a"), ChainSubject.GroupKeys("a"),
            ChainSubject.GroupPeople("a"),
        ];
        Assert.Equal(subjects.Length, subjects.Select(s => Convert.ToHexString(s.LabelInput())).Distinct().Count());
        Assert.Equal(
            "atpkeyserver/tlog/label/v1\0\u0001a\0b",
            System.Text.Encoding.UTF8.GetString(subjects[0].LabelInput()));
        Assert.Throws<ArgumentException>(() => ChainSubject.Keypair("a\0b", "c"));
        Assert.Throws<ArgumentException>(() => ChainSubject.Keypair("a", ""));
        Assert.Throws<System.Text.EncoderFallbackException>(() => ChainSubject.Account("\ud800").LabelInput());
    }

    [Fact]
    public void A_commitment_binds_nonce_and_event()
    {
        var opening = new Opening(Some.Span, "event"u8);
        Assert.Equal(
            Hash.Sha256([.. "atpkeyserver/tlog/opening/v1"u8, 0, .. Some.Span, .. "event"u8]), opening.Commitment());
        Assert.True(Opening.TryParse(opening.Bytes.Span, out var same));
        Assert.Equal(opening.Commitment(), same.Commitment());
        foreach (var changed in Changes.Of(opening.Bytes.ToArray()))
            Assert.True(Opening.TryParse(changed, out var other) && other.Commitment() != opening.Commitment());
        Assert.False(Opening.TryParse(Some.Span, out _));
        Assert.True(Opening.TryParse(new byte[32 + Opening.MaxEventSize], out _));
        Assert.False(Opening.TryParse(new byte[33 + Opening.MaxEventSize], out _));
        Assert.Throws<ArgumentException>(() => new Opening(new byte[31], "event"u8));
        Assert.Throws<ArgumentException>(() => new Opening(new byte[32], []));
    }

    [Fact]
    public void A_key_commitment_binds_group_version_and_key()
    {
        byte[] data = [.. "atpkeyserver/tlog/group-key/v1"u8, 0, 0, 0, 0, 3, .. "a#b"u8, 0, 0, 1, 2, .. Some.Span];
        Assert.Equal(Hash.Sha256(data), KeyCommitment.Compute("a#b", 258, Some.Span));
        Assert.Throws<ArgumentOutOfRangeException>(() => KeyCommitment.Compute("a#b", -1, Some.Span));
        Assert.Throws<ArgumentOutOfRangeException>(() => KeyCommitment.Compute("a#b", 1, new byte[65]));
    }

    [Fact]
    public void Entry_0_binds_origin_key_and_predecessor()
    {
        using var key = VrfSecretKey.Generate();
        var first = new LogIdentity("a.example/tlog", key.PublicKey);
        byte[] data =
        [
            .. "atpkeyserver/tlog/log/v1"u8, 0, 0, 0, 0, 14, .. "a.example/tlog"u8, .. key.PublicKey.Bytes.Span,
            .. new byte[40],
        ];
        Assert.Equal(Hash.Sha256(data), first.Commitment());
        var next = new LogIdentity("a.example/tlog", key.PublicKey, 258, Some);
        byte[] continued = [.. data.AsSpan(..^40), 0, 0, 0, 0, 0, 0, 1, 2, .. Some.Span];
        Assert.Equal(Hash.Sha256(continued), next.Commitment());
        var entry = next.ToEntry();
        Assert.Equal((ChainKind.Log, 0L, true, true),
            (entry.Chain, entry.Sequence, entry.Label.IsZero, entry.Previous.IsZero));
        Assert.Throws<ArgumentException>(() => new LogIdentity("a", key.PublicKey, 1));
        Assert.Throws<ArgumentException>(() => new LogIdentity("a", key.PublicKey, 0, Some));
    }

    [Fact]
    public void A_hash_has_one_Base64_form()
    {
        Assert.True(Hash.TryParseBase64(System.Text.Encoding.ASCII.GetBytes(Some.ToString()), out var same));
        Assert.Equal(Some, same);
        Assert.Equal(Some.GetHashCode(), same.GetHashCode());
        Assert.True(Some == same && !(Some != same) && Some.Equals((object)same) && !Some.Equals("text"));
        Assert.Throws<ArgumentException>(() => new Hash(new byte[33]));
        Assert.False(Hash.TryParseBase64(new byte[44], out _));
    }
}
