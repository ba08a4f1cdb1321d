using System.Text;

namespace AtpKeyserver.Tests.Client;

public sealed class ContentTests
{
    private const string Group = FakeKeyserver.Group;
    private const string AtUri = FakeKeyserver.AtUri;

    public static TheoryData<string> Vectors => [.. Vector.Of("vectors").Select(vector => vector.Name)];

    public static TheoryData<string> Negative => [.. Vector.Of("negative").Select(vector => vector.Name)];

    [Theory]
    [MemberData(nameof(Vectors))]
    public void The_text_form_is_the_published_one_byte_for_byte(string name)
    {
        var vector = Vector.Of("vectors").Single(vector => vector.Name == name);
        using var key = vector.Key();
        Assert.Equal(
            vector.CiphertextHex,
            ContentCipher.Encrypt(key, Convert.FromHexString(vector.NonceHex!), vector.Aad!, vector.Plaintext));
        Assert.Equal(vector.Plaintext, ContentCipher.Decrypt(key, vector.Aad!, vector.CiphertextHex));
        Assert.Equal(
            vector.Plaintext, ContentCipher.Decrypt(key, vector.Aad!, vector.CiphertextHex.ToUpperInvariant()));
    }

    [Theory]
    [MemberData(nameof(Negative))]
    public void What_was_changed_does_not_decrypt(string name)
    {
        var vector = Vector.Of("negative").Single(vector => vector.Name == name);
        using var key = vector.Key();
        Assert.Throws<DecryptionFailedException>(() => ContentCipher.Decrypt(key, vector.Aad!, vector.CiphertextHex));
    }

    [Fact]
    public async Task No_bit_may_be_changed_and_all_failures_look_alike()
    {
        using var keyserver = Create();
        var content = await keyserver.Client.Content.EncryptAsync(Group, AtUri, "Hi.");
        var messages = new HashSet<string>();
        foreach (var bad in Changed(content.Ciphertext))
        {
            var thrown = await Assert.ThrowsAsync<DecryptionFailedException>(
                async () => await keyserver.Client.Content.DecryptAsync(Group, AtUri, bad, content.KeyVersion));
            messages.Add($"{thrown.Message} {thrown.InnerException}");
        }

        foreach (var (uri, version) in new[] { (AtUri + "x", content.KeyVersion), (AtUri, 1) })
        {
            var thrown = await Assert.ThrowsAsync<DecryptionFailedException>(
                async () => await keyserver.Client.Content.DecryptAsync(Group, uri, content.Ciphertext, version));
            messages.Add($"{thrown.Message} {thrown.InnerException}");
        }

        Assert.Single(messages);
        // One call for each version, whatever failed: nothing was fetched anew.
        Assert.Equal(2, keyserver.Web.Requests.Count);
    }

    [Fact]
    public async Task Nonces_come_from_inside_and_not_twice()
    {
        using var keyserver = Create();
        var nonces = new HashSet<string>();
        for (var i = 0; i < 1000; i++)
            Assert.True(nonces.Add((await keyserver.Client.Content.EncryptAsync(Group, AtUri, "")).Ciphertext[..48]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Hi.")]
    [InlineData("Ünïcödé ✓ 日本語 👩‍👩‍👧‍👦")]
    public async Task Text_comes_back(string text)
    {
        using var keyserver = Create();
        var content = await keyserver.Client.Content.EncryptAsync(Group, AtUri, text);
        Assert.Equal(2, content.KeyVersion);
        Assert.Equal(2 * (40 + Encoding.UTF8.GetByteCount(text)), content.Ciphertext.Length);
        Assert.Equal(
            text,
            await keyserver.Client.Content.DecryptTextAsync(Group, AtUri, content.Ciphertext, content.KeyVersion));
    }

    [Fact]
    public async Task Bytes_come_back_and_are_not_taken_for_text()
    {
        using var keyserver = Create();
        var bytes = Enumerable.Range(0, 100_000).Select(i => (byte)i).ToArray();
        var content = await keyserver.Client.Content.EncryptAsync(Group, AtUri, bytes);
        Assert.Equal(
            bytes, await keyserver.Client.Content.DecryptAsync(Group, AtUri, content.Ciphertext, content.KeyVersion));
        await Assert.ThrowsAsync<InvalidDataException>(
            () => keyserver.Client.Content.DecryptTextAsync(Group, AtUri, content.Ciphertext, content.KeyVersion));
    }

    [Theory]
    [InlineData("")]
    [InlineData("at://")]
    [InlineData("at://did:plc:ewvi7nxzyoun6zhxrhs64oiz")]
    [InlineData("at://did:plc:ewvi7nxzyoun6zhxrhs64oiz/app.bsky.feed.post")]
    [InlineData("at://did:plc:ewvi7nxzyoun6zhxrhs64oiz/app.bsky.feed.post/")]
    [InlineData("https://example.com/a/b")]
    public async Task Without_the_records_address_nobody_is_called(string atUri)
    {
        using var keyserver = Create();
        await Assert.ThrowsAnyAsync<ArgumentException>(
            () => keyserver.Client.Content.EncryptAsync(Group, atUri, "text"));
        await Assert.ThrowsAnyAsync<ArgumentException>(
            () => keyserver.Client.Content.DecryptTextAsync(Group, atUri, new string('0', 100), 1));
        Assert.Empty(keyserver.Web.Requests);
    }

    [Fact]
    public async Task What_has_no_UTF_8_is_refused()
    {
        using var keyserver = Create();
        await Assert.ThrowsAnyAsync<ArgumentException>(
            () => keyserver.Client.Content.EncryptAsync(Group, AtUri + "\ud800", "text"));
        await Assert.ThrowsAnyAsync<ArgumentException>(
            () => keyserver.Client.Content.EncryptAsync(Group, AtUri, "text \ud800"));
        Assert.Empty(keyserver.Web.Requests);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("odd")]
    [InlineData("zz00000000000000000000000000000000000000000000000000000000000000000000000000000000")]
    public async Task What_is_no_ciphertext_fails_without_a_call(string ciphertext)
    {
        using var keyserver = Create();
        await Assert.ThrowsAsync<DecryptionFailedException>(
            () => keyserver.Client.Content.DecryptTextAsync(Group, AtUri, ciphertext, 1));
        Assert.Empty(keyserver.Web.Requests);
    }

    [Fact]
    public async Task A_record_has_what_decryption_needs()
    {
        using var keyserver = Create();
        var record = await keyserver.Client.Content.EncryptRecordAsync(Group, AtUri, "For friends.");
        var json = System.Text.Json.JsonSerializer.Serialize(record);
        var members = $"\"key_version\":2,\"group_id\":\"{Group}\",\"encrypted_at\":\"2025-01-23T10:30:00.000Z\"";
        Assert.Equal($$"""{"ciphertext":"{{record.Ciphertext}}",{{members}}}""", json);
        var read = System.Text.Json.JsonSerializer.Deserialize<EncryptedRecord>(json)!;
        Assert.Equal("For friends.", await keyserver.Client.Content.DecryptRecordAsync(AtUri, read));
    }

    [Theory]
    [InlineData("""{"ciphertext":"00","group_id":"g"}""")]
    [InlineData("""{"ciphertext":"00","key_version":null,"group_id":"g"}""")]
    [InlineData("""{"ciphertext":"00","key_version":0,"group_id":"g"}""")]
    [InlineData("""{"ciphertext":"00","key_version":1}""")]
    [InlineData("""{"key_version":1,"group_id":"g"}""")]
    public async Task A_record_that_lacks_something_is_refused_before_anybody_is_called(string json)
    {
        using var keyserver = Create();
        var record = System.Text.Json.JsonSerializer.Deserialize<EncryptedRecord>(json)!;
        await Assert.ThrowsAsync<ArgumentException>(() => keyserver.Client.Content.DecryptRecordAsync(AtUri, record));
        Assert.Empty(keyserver.Web.Requests);
    }

    private static FakeKeyserver Create() => new(request => FakeKeyserver.GroupKey(request));

    private static IEnumerable<string> Changed(string hex)
    {
        for (var bit = 0; bit < hex.Length * 4; bit++)
        {
            var bytes = Convert.FromHexString(hex);
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            yield return Convert.ToHexStringLower(bytes);
        }

        yield return hex[..^2];
        yield return hex + "00";
    }
}
