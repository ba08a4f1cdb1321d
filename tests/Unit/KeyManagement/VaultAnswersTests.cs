using System.Net;
using System.Security.Cryptography;
using System.Text;
using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Tests.Support.Stored;
using Azure.Core.Pipeline;

namespace AtpKeyserver.Tests.Unit.KeyManagement;

/// <summary>
/// Invalid responses from the vault: none is accepted as a key, and each is reported as an upstream failure.
/// </summary>
public sealed class VaultAnswersTests
{
    private static readonly RSA Key = RSA.Create(2048);

    public static TheoryData<string> Garbage => new(
        "{}",
        "[]",
        "null",
        "\"key\"",
        """{"kid":null,"value":null}""",
        """{"kid":1,"value":2}""",
        """{"kid":"kek","value":""}""",
        """{"key":{}}""",
        """{"key":{"kid":"kek","kty":"RSA"}}""",
        """{"key":{"kid":"https://golden.vault.azure.net/keys/kek/1","kty":"RSA","key_ops":["wrapKey"]}}""");

    [Theory]
    [MemberData(nameof(Garbage))]
    public async Task Garbage_is_not_accepted_as_a_wrapped_key(string garbage)
    {
        await IsUpstreamAsync(Kek(garbage).WrapAsync(new byte[SealingKey.Length], CancellationToken.None));
        // Without permission to read the key, the client lets the vault wrap.
        await IsUpstreamAsync(
            Kek(garbage, isReadable: null).WrapAsync(new byte[SealingKey.Length], CancellationToken.None));
    }

    [Theory]
    [MemberData(nameof(Garbage))]
    public async Task Garbage_is_not_accepted_as_a_key(string garbage)
    {
        await IsUpstreamAsync(Kek(garbage).UnwrapAsync(new byte[256], TestVault.Version, CancellationToken.None));
        await IsUpstreamAsync(
            Kek(garbage, isReadable: true).UnwrapAsync(new byte[256], TestVault.Version, CancellationToken.None));
    }

    [Theory]
    [MemberData(nameof(Garbage))]
    public async Task Garbage_is_not_accepted_as_a_version(string garbage)
    {
        if (!garbage.Contains("keys/kek/1", StringComparison.Ordinal))
            await IsUpstreamAsync(Kek(garbage).ReadCurrentAsync(CancellationToken.None));
    }

    private static async Task IsUpstreamAsync(Task asked) =>
        Assert.Equal(ErrorName.UpstreamFailure, (await Assert.ThrowsAsync<KeyserverException>(() => asked)).Error);

    private static Kek Kek(string garbage, bool? isReadable = false) => new(
        TestVault.Id,
        new EmulatorCredential("t"),
        emulator: true,
        new HttpClientTransport(new HttpClient(new Gateway(new TestVault(Key), isReadable, garbage))));

    private sealed class Gateway(HttpMessageHandler vault, bool? isReadable, string garbage) : DelegatingHandler(vault)
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken) =>
            request.Headers.Authorization is null || (isReadable == true && request.Method == HttpMethod.Get)
                ? base.SendAsync(request, cancellationToken)
                : Task.FromResult(isReadable is null && request.Method == HttpMethod.Get
                    ? new HttpResponseMessage(HttpStatusCode.Forbidden)
                    : new HttpResponseMessage(
                        HttpStatusCode.OK) { Content = new StringContent(garbage, Encoding.UTF8, "application/json") });
    }
}
