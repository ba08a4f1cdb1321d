using System.Net;
using AtpKeyserver.Tests.Integration.Support;
using Azure;
using Azure.Security.KeyVault.Keys.Cryptography;

namespace AtpKeyserver.Tests.Integration.KeysClient;

public sealed class CryptographyClientTests : IDisposable
{
    private static readonly byte[] Secret = [.. Enumerable.Range(0, 32).Select(n => (byte)n)];

    private readonly StubVault _vault = new();
    private readonly StubCredential _credential = new();

    public void Dispose() => _vault.Dispose();

    [Fact]
    public async Task Wrapping_is_local_after_one_read_and_names_the_version()
    {
        var client = Client();

        var first = await client.WrapKeyAsync(KeyWrapAlgorithm.RsaOaep256, Secret);
        var second = await client.WrapKeyAsync(KeyWrapAlgorithm.RsaOaep256, Secret);

        Assert.Equal(_vault.VersionedKey, first.KeyId);
        Assert.Equal(KeyWrapAlgorithm.RsaOaep256, first.Algorithm);
        Assert.Equal(256, first.EncryptedKey.Length);
        Assert.NotEqual(first.EncryptedKey, second.EncryptedKey);
        Assert.Equal(["GET /keys/kek", "GET /keys/kek"], Seen());
        Assert.Equal([null, "Bearer token-1"], _vault.Server.Requests.Select(request => request.Authorization));
        Assert.All(_vault.Server.Requests,
            request => Assert.StartsWith("?api-version=7.", request.Uri.Query, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Unwrapping_is_remote_with_the_versioned_id()
    {
        var wrapped = await Client().WrapKeyAsync(KeyWrapAlgorithm.RsaOaep256, Secret);
        var client = Client(new Uri(wrapped.KeyId));

        var unwrapped = await client.UnwrapKeyAsync(KeyWrapAlgorithm.RsaOaep256, wrapped.EncryptedKey);

        Assert.Equal(Secret, unwrapped.Key);
        Assert.Equal(_vault.VersionedKey, unwrapped.KeyId);
        Assert.Equal($"POST /keys/kek/{StubVault.Version}/unwrapKey", Seen().Last());
    }

    [Fact]
    public async Task Without_permission_to_read_the_key_the_vault_wraps()
    {
        _vault.MayRead = false;
        var client = Client();

        var wrapped = await client.WrapKeyAsync(KeyWrapAlgorithm.RsaOaep256, Secret);
        var unwrapped = await client.UnwrapKeyAsync(KeyWrapAlgorithm.RsaOaep256, wrapped.EncryptedKey);

        Assert.Equal(_vault.VersionedKey, wrapped.KeyId);
        Assert.Equal(Secret, unwrapped.Key);
        Assert.Equal(["GET /keys/kek", "GET /keys/kek", "POST /keys/kek/wrapKey", "POST /keys/kek/unwrapKey"], Seen());
    }

    [Fact]
    public async Task Another_read_failure_is_an_error_and_the_key_is_read_again_later()
    {
        _vault.Fault = request =>
            request.Authorization is null ? null : StubVault.Error(HttpStatusCode.ServiceUnavailable, "Throttled");
        var client = Client();

        var failure = await Assert.ThrowsAsync<RequestFailedException>(
            () => client.WrapKeyAsync(KeyWrapAlgorithm.RsaOaep256, Secret));
        _vault.Fault = _ => null;
        var wrapped = await client.WrapKeyAsync(KeyWrapAlgorithm.RsaOaep256, Secret);

        Assert.Equal((503, "Throttled"), (failure.Status, failure.ErrorCode));
        Assert.Equal(_vault.VersionedKey, wrapped.KeyId);
    }

    [Fact]
    public async Task The_error_of_the_vault_is_reported()
    {
        _vault.Fault = request => request is { Method: "POST", Authorization: not null }
            ? StubVault.Error(HttpStatusCode.BadRequest, "BadParameter")
            : null;

        var failure = await Assert.ThrowsAsync<RequestFailedException>(
            () => Client().UnwrapKeyAsync(KeyWrapAlgorithm.RsaOaep256, new byte[256]));

        Assert.Equal((400, "BadParameter"), (failure.Status, failure.ErrorCode));
        Assert.StartsWith("No.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_first_request_has_neither_token_nor_body()
    {
        _vault.MayRead = false;
        _vault.Fault = request => request is { Method: "GET", Authorization: null }
            ? StubVault.Error(HttpStatusCode.Forbidden, "Forbidden")
            : null;

        await Client().WrapKeyAsync(KeyWrapAlgorithm.RsaOaep256, Secret);

        var posts = _vault.Server.Requests.Where(request => request.Method == "POST").ToArray();
        Assert.Equal(2, posts.Length);
        Assert.Equal((null, ""), (posts[0].Authorization, posts[0].Body));
        Assert.Equal("Bearer token-1", posts[1].Authorization);
        Assert.StartsWith("{\"alg\":\"RSA-OAEP-256\",\"value\":\"", posts[1].Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_is_sent_after_the_challenge()
    {
        _vault.MayRead = false;
        var busy = 1;
        _vault.Fault = request => request switch
        {
            { Method: "GET", Authorization: null } => StubVault.Error(HttpStatusCode.Forbidden, "Forbidden"),
            { Method: "POST" } when Interlocked.Exchange(ref busy, 0) == 1 =>
                StubVault.Error(HttpStatusCode.ServiceUnavailable, "Throttled"),
            _ => null,
        };

        var wrapped = await Client(retries: 1).WrapKeyAsync(KeyWrapAlgorithm.RsaOaep256, Secret);

        Assert.Equal(256, wrapped.EncryptedKey.Length);
        Assert.Equal(3, _vault.Server.Requests.Count(request => request.Method == "POST"));
    }

    [Fact]
    public async Task An_expired_key_does_not_wrap()
    {
        _vault.Expires = 1_700_000_000;

        await Assert.ThrowsAsync<InvalidOperationException>(
            () => Client().WrapKeyAsync(KeyWrapAlgorithm.RsaOaep256, Secret));
    }

    private CryptographyClient Client(Uri? key = null, int retries = 0) =>
        new(key ?? _vault.Key, _credential, new CryptographyClientOptions
    {
        Transport = _vault.Server.Transport,
        Retry = { MaxRetries = retries, Delay = TimeSpan.FromMilliseconds(1) },
    });

    private IEnumerable<string> Seen() =>
        _vault.Server.Requests.Select(request => $"{request.Method} {request.Uri.AbsolutePath}");
}
