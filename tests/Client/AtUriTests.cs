namespace AtpKeyserver.Tests.Client;

/// <summary>
/// Content is encrypted for an address that a record can have, and for no other.
/// <see href="https://atproto.com/specs/at-uri-scheme"/>
/// </summary>
public sealed class AtUriTests
{
    private const string Did = "did:plc:ewvi7nxzyoun6zhxrhs64oiz";

    public static TheoryData<string> Valid =>
    [
        $"at://{Did}/app.bsky.feed.post/3laaaaaaaaaa2", "at://did:web:keys.example.com/app.bsky.feed.post/self",
        "at://did:web:localhost%3A8080/a.b.c/1", "at://did:method:a:b:c/a.b.c/1", "at://did:m:_/a.b.c/1",
        "at://did:m:-./a.b.c/1",
        $"at://did:m:{new string('a', 2048 - 6)}/a.b.c/1",
        "at://alice.example.com/app.bsky.feed.post/3laaaaaaaaaa2", "at://ALICE.Example.Com/a.b.c/1",
        "at://1.2.a/a.b.c/1",
        "at://xn--mller-kva.example/a.b.c/1", "at://a-b.c--d.e/a.b.c/1",
        $"at://{new string('a', 63)}.{new string('b', 63)}/a.b.c/1",
        $"at://{string.Join('.', Enumerable.Repeat(new string('a', 50), 4))}.{new string('b', 49)}/a.b.c/1",
        $"at://{Did}/a.b.c/1", $"at://{Did}/A.B.camelCase9/1", $"at://{Did}/com.0-9.x/1", $"at://{Did}/com.xn--a.b/1",
        $"at://{Did}/{new string('a', 63)}.{new string('b', 63)}.{new string('c', 63)}/1",
        $"at://{Did}/a.b.c/.a", $"at://{Did}/a.b.c/...", $"at://{Did}/a.b.c/-", $"at://{Did}/a.b.c/~:_.-",
        $"at://{Did}/a.b.c/did:web:x",
        $"at://{Did}/a.b.c/{new string('k', 512)}",
    ];

    public static TheoryData<string> Invalid =>
    [
        // The scheme.
        "", "at:", "at://", $"AT://{Did}/a.b.c/1", $"at:{Did}/a.b.c/1", $"at:/{Did}/a.b.c/1", $"at:///{Did}/a.b.c/1",
        $" at://{Did}/a.b.c/1",
        $"https://{Did}/a.b.c/1", $"{Did}/a.b.c/1",
        // Less or more than a record.
        $"at://{Did}", $"at://{Did}/", $"at://{Did}/a.b.c", $"at://{Did}/a.b.c/", $"at://{Did}/a.b.c/1/",
        $"at://{Did}/a.b.c/1/2",
        $"at://{Did}//1", $"at:///a.b.c/1", $"at://{Did}/a.b.c//1", $"at://{Did}/a.b.c/1?x=y", $"at://{Did}/a.b.c/1#x",
        $"at://{Did}/a.b.c#/x",
        $"at://user@{Did}/a.b.c/1", $"at://{Did}\\a.b.c\\1",
        // The account.
        "at://did/a.b.c/1", "at://did:plc/a.b.c/1", "at://did:plc:/a.b.c/1", "at://did:PLC:a/a.b.c/1",
        "at://did:m2:a/a.b.c/1",
        "at://DID:plc:a/a.b.c/1", "at://did:web:a:/a.b.c/1", "at://did:web:a%/a.b.c/1",
        "at://did:web:ä.example/a.b.c/1",
        "at://did:web:a b/a.b.c/1", $"at://did:m:{new string('a', 2048 - 5)}/a.b.c/1",
        "at://alice/a.b.c/1", "at://alice./a.b.c/1", "at://.alice.example/a.b.c/1", "at://alice..example/a.b.c/1",
        "at://-a.example/a.b.c/1",
        "at://a-.example/a.b.c/1", "at://a.-b/a.b.c/1", "at://127.0.0.1/a.b.c/1", "at://alice.example.9com/a.b.c/1",
        "at://a_b.example/a.b.c/1",
        "at://alice.example:443/a.b.c/1", "at://älice.example/a.b.c/1", "at://@alice.example/a.b.c/1",
        "at://alice.example./a.b.c/1",
        $"at://{new string('a', 64)}.example/a.b.c/1",
        $"at://{string.Join('.', Enumerable.Repeat(new string('a', 50), 4))}.{new string('b', 50)}/a.b.c/1",
        // The collection.
        $"at://{Did}/post/1", $"at://{Did}/feed.post/1", $"at://{Did}/app.bsky.feed./1", $"at://{Did}/.bsky.feed/1",
        $"at://{Did}/app..post/1",
        $"at://{Did}/9app.bsky.post/1", $"at://{Did}/app.bsky.9post/1", $"at://{Did}/app.bsky.po-st/1",
        $"at://{Did}/app.-b.post/1",
        $"at://{Did}/app.b-.post/1", $"at://{Did}/app.b_c.post/1", $"at://{Did}/app.bsky.*/1",
        $"at://{Did}/app.bsky.pöst/1",
        $"at://{Did}/a.b.{new string('c', 64)}/1", $"at://{Did}/{new string('a', 64)}.b.c/1",
        $"at://{Did}/{string.Join('.', Enumerable.Repeat(new string('a', 63), 4))}.c/1",
        // The record key.
        $"at://{Did}/a.b.c/.", $"at://{Did}/a.b.c/..", $"at://{Did}/a.b.c/a b", $"at://{Did}/a.b.c/a@b",
        $"at://{Did}/a.b.c/a+b",
        $"at://{Did}/a.b.c/a%20b", $"at://{Did}/a.b.c/(a)", $"at://{Did}/a.b.c/\"a\"", $"at://{Did}/a.b.c/日本",
        $"at://{Did}/a.b.c/a\n",
        $"at://{Did}/a.b.c/a\0", $"at://{Did}/a.b.c/{new string('k', 513)}",
    ];

    [Theory]
    [MemberData(nameof(Valid))]
    public async Task Content_is_encrypted_for_a_record(string atUri)
    {
        using var keyserver = Create();
        var content = await keyserver.Client.Content.EncryptAsync(FakeKeyserver.Group, atUri, "Hi.");
        Assert.Equal(
            "Hi.", await keyserver.Client.Content.DecryptTextAsync(FakeKeyserver.Group, atUri, content.Ciphertext,
            content.KeyVersion));
    }

    [Theory]
    [MemberData(nameof(Invalid))]
    public async Task Content_is_not_encrypted_for_what_no_record_can_be(string atUri)
    {
        using var keyserver = Create();
        var content = keyserver.Client.Content;
        await Assert.ThrowsAsync<ArgumentException>(() => content.EncryptAsync(FakeKeyserver.Group, atUri, "Hi."));
        await Assert.ThrowsAsync<ArgumentException>(async () => await content.EncryptAsync(FakeKeyserver.Group, atUri,
            new byte[1]));
        await Assert.ThrowsAsync<ArgumentException>(() => content.EncryptRecordAsync(FakeKeyserver.Group, atUri,
            "Hi."));
        Assert.Empty(keyserver.Web.Requests);
    }

    [Fact]
    public void An_address_has_at_most_8_KiB() => Assert.All(
        [0, 1, 100],
        longer => Assert.False(AtUri.IsValid($"at://{Did}/a.b.c/{new string('k', AtUri.MaxLength + longer)}")));

    /// <summary>Another client may have bound its content to more than the specification allows.</summary>
    [Fact]
    public async Task What_others_have_encrypted_still_decrypts()
    {
        using var keyserver = Create();
        const string AtUri = $"at://{Did}/a.b.c/日本";
        using var key = NSec.Cryptography.Key.Import(
            NSec.Cryptography.AeadAlgorithm.XChaCha20Poly1305, FakeKeyserver.Key(1),
                NSec.Cryptography.KeyBlobFormat.RawSymmetricKey);
        var ciphertext = ContentCipher.Encrypt(key, AtUri, "Hi."u8);
        Assert.Equal("Hi.", await keyserver.Client.Content.DecryptTextAsync(FakeKeyserver.Group, AtUri, ciphertext, 1));
    }

    private static FakeKeyserver Create() => new(request => FakeKeyserver.GroupKey(request));
}
