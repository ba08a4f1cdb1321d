using System.Net;
using AtpKeyserver.Errors;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Tests.Integration.Support;
using Azure;

namespace AtpKeyserver.Tests.Integration.Sealing;

/// <summary>
/// A damaged response of the vault is an upstream failure: not a key, not tampering, not a parser exception.
/// </summary>
public sealed class KekAnswerTests : IDisposable
{
    private static readonly byte[] Secret = [.. Enumerable.Range(0, 32).Select(n => (byte)n)];

    private readonly StubVault _vault = new();

    public static TheoryData<string> Bodies() => new(
        "",
        "null",
        "[]",
        "{}",
        "<html>Please sign in.</html>",
        "{\"key\":",
        """{"key":null,"kid":null,"value":null}""",
        """{"key":7,"kid":7,"value":7}""",
        """{"key":{"kid":7},"kid":"x","value":"*"}""",
        """{"key":{"kid":"https://a.test/keys/kek/1","kty":"RSA"},"kid":"https://a.test/keys/kek/1","value":""}""",
        """{"key":{"kid":"https://v.vault.azure.net/","kty":"oct"},"attributes":[]}""");

    public void Dispose() => _vault.Dispose();

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_damaged_answer_is_an_upstream_failure(string body)
    {
        var (wrapped, id) = await Kek().WrapAsync(Secret, default);
        Func<Kek, Task>[] calls =
        [
            kek => kek.WrapAsync(Secret, default),
            kek => kek.UnwrapAsync(wrapped, id, default),
            kek => kek.ReadCurrentAsync(default),
            kek => kek.ProbeAsync(default),
        ];
        foreach (var mayRead in (bool[])[true, false])
        {
            _vault.MayRead = mayRead;
            _vault.Fault = request => request.Authorization is not null && (mayRead || request.Method == "POST")
                ? StubServer.Json(HttpStatusCode.OK, body)
                : null;
            foreach (var call in mayRead ? calls : calls[..2])
            {
                var failure = await Assert.ThrowsAsync<KeyserverException>(() => call(Kek()));
                Assert.Equal(ErrorName.UpstreamFailure, failure.Error);
            }
        }
    }

    [Fact]
    public async Task A_refusal_to_unwrap_is_tampering_only_when_the_vault_itself_says_so()
    {
        var (wrapped, id) = await Kek().WrapAsync(Secret, default);
        _vault.Fault = request => request is { Method: "POST", Authorization: not null }
            ? StubVault.Error(HttpStatusCode.BadRequest, "BadParameter")
            : null;
        await Assert.ThrowsAsync<TamperedException>(() => Kek().UnwrapAsync(wrapped, id, default));

        _vault.Fault = request => request is { Method: "POST", Authorization: not null }
            ? StubServer.Json(HttpStatusCode.BadRequest, "<html>No.</html>")
            : null;
        var failure = await Assert.ThrowsAsync<RequestFailedException>(() => Kek().UnwrapAsync(wrapped, id, default));
        Assert.Equal(400, failure.Status);
    }

    private Kek Kek() => new(_vault.Key, new StubCredential(), emulator: false, _vault.Server.Transport);
}
