using System.Buffers.Text;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace AtpKeyserver.Tests.Integration.Emulators;

/// <summary>Calls the Key Vault REST API and trusts only one certificate authority.</summary>
internal sealed class KeyVaultClient : IDisposable
{
    public const string Token = "a token of the tests";
    public const string Version = "?api-version=7.4";

    private readonly HttpClient _http;

    /// <param name="vault">Where the vault is.</param>
    /// <param name="certificateFolder">Contains <c>ca.pem</c>.</param>
    /// <param name="address">Connects to this address whatever the vault's name resolves to.</param>
    public KeyVaultClient(Uri vault, string certificateFolder, IPAddress? address = null)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(
            X509CertificateLoader.LoadCertificateFromFile(Path.Combine(certificateFolder, "ca.pem")));
        var handler = new SocketsHttpHandler { SslOptions =
            new SslClientAuthenticationOptions { CertificateChainPolicy = policy } };
        if (address is not null)
        {
            handler.ConnectCallback = async (context, cancellation) =>
            {
                var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(address, context.DnsEndPoint.Port, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            };
        }

        _http = new HttpClient(handler) { BaseAddress = vault };
    }

    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, string? body = null, string? token = Token)
    {
        using var request = new HttpRequestMessage(method, path);
        if (token is not null)
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return await _http.SendAsync(request);
    }

    /// <summary>A call that succeeds.</summary>
    public async Task<JsonNode> CallAsync(HttpMethod method, string path, string? body = null)
    {
        using var response = await SendAsync(method, path, body);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{method} {path}: {response.StatusCode} {text}");
        Assert.Equal("application/json; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        return JsonNode.Parse(text)!;
    }

    public Task<JsonNode> GetAsync(string path) => CallAsync(HttpMethod.Get, path);

    public Task<JsonNode> CreateAsync(string name) =>
        CallAsync(HttpMethod.Post, $"keys/{name}/create{Version}", """{"kty":"RSA"}""");

    public Task<JsonNode> RotateAsync(string name) => CallAsync(HttpMethod.Post, $"keys/{name}/rotate{Version}");

    /// <summary>A call that fails; returns the status, code, message and inner code.</summary>
    public async Task<(int Status, string Code, string Message, string? Inner)> FailAsync(
        HttpMethod method, string path, string? body = null, string? token = Token)
    {
        using var response = await SendAsync(method, path, body, token);
        var text = await response.Content.ReadAsStringAsync();
        Assert.False(response.IsSuccessStatusCode, $"{method} {path} was to fail: {text}");
        var error = JsonNode.Parse(text)!["error"]!;
        return ((int)response.StatusCode, error.Text("code"), error.Text("message"),
            (string?)error["innererror"]?["code"]);
    }

    /// <summary>An operation on bytes with the key at a path such as <c>keys/kek/{version}</c>.</summary>
    public async Task<byte[]> RunAsync(string operation, string key, byte[] value, string algorithm = "RSA-OAEP-256")
    {
        var answer = await CallAsync(HttpMethod.Post, $"{key}/{operation}{Version}", Operation(value, algorithm));
        return Base64Url.DecodeFromChars(answer.Text("value"));
    }

    public static string Operation(byte[] value, string algorithm = "RSA-OAEP-256") =>
        new JsonObject { ["alg"] = algorithm, ["value"] = Base64Url.EncodeToString(value) }.ToJsonString();

    /// <summary>The public key of a bundle.</summary>
    public static RSA PublicKey(JsonNode bundle) => RSA.Create(new RSAParameters
    {
        Modulus = Base64Url.DecodeFromChars(bundle["key"]!.Text("n")),
        Exponent = Base64Url.DecodeFromChars(bundle["key"]!.Text("e")),
    });

    /// <summary><c>keys/{name}/{version}</c> of a bundle.</summary>
    public static string PathOf(JsonNode bundle) => new Uri(bundle["key"]!.Text("kid")).AbsolutePath.TrimStart('/');

    public void Dispose() => _http.Dispose();
}
