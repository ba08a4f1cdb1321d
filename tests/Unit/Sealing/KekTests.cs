using System.Net;
using System.Text;
using System.Text.Json;
using AtpKeyserver.Sealing;
using Azure;
using Azure.Core.Pipeline;

namespace AtpKeyserver.Tests.Unit.Sealing;

/// <summary>Answers that are none of a vault's are faults of it, and no key is made of them.</summary>
public sealed class KekTests
{
    private const string Key = "https://vault.example.com/keys/kek";

    public static TheoryData<bool, string> Answers
    {
        get
        {
            var data = new TheoryData<bool, string>();
            foreach (var text in (string[])
            [
                "", "null", "{}", "[]", "7", "<html>", """{"key":{}}""", """{"key":{"kty":"RSA"}}""", """{"kid":null,"value":null}""",
                """{"value":"!"}""",
            ])
            {
                data.Add(true, text);
                data.Add(false, text);
            }

            return data;
        }
    }

    /// <param name="mayRead">Else the vault is to wrap, which answers so.</param>
    /// <param name="text">The answer.</param>
    [Theory]
    [MemberData(nameof(Answers))]
    public async Task What_is_no_answer_is_a_fault(bool mayRead, string text)
    {
        var handler = new Vault(request => request.Method == HttpMethod.Get && !mayRead
            ? Json(403, """{"error":{"code":"Forbidden","message":"No."}}""")
            : Json(200, text));
        using var transport = new HttpClientTransport(new HttpClient(handler));
        var kek = new Kek(new Uri(Key), new EmulatorCredential("t"), emulator: true, transport);
        IsFault(await Record.ExceptionAsync(() => kek.WrapAsync(new byte[32], default)));
        IsFault(await Record.ExceptionAsync(() => kek.UnwrapAsync(new byte[256], $"{Key}/0123456789abcdef0123456789abcdef", default)));
        IsFault(await Record.ExceptionAsync(() => kek.ReadCurrentAsync(default)));
    }

    private static void IsFault(Exception? e) => Assert.True(
        e is IOException or JsonException or FormatException or RequestFailedException, $"{e?.GetType().Name ?? "an answer"}: {e?.Message}");

    private static HttpResponseMessage Json(int status, string text) =>
        new((HttpStatusCode)status) { Content = new StringContent(text, Encoding.UTF8, "application/json") };

    private sealed class Vault(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(answer(request));
    }
}
