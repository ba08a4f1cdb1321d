using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace AtpKeyserver.Tests.Support.Stored;

/// <summary>
/// An in-process key vault with one RSA key, for a stored keyring whose KEK version has a fixed name.
/// </summary>
public sealed class TestVault(RSA key) : HttpMessageHandler
{
    private const string KeyId = "https://golden.vault.azure.net/keys/kek";
    private const string Challenge =
        "Bearer authorization=\"https://login.example/00000000-0000-0000-0000-000000000001\", "
            + "resource=\"https://vault.azure.net\"";

    private const string VersionId = KeyId + "/00000000000000000000000000000001";

    private readonly ConcurrentDictionary<string, byte[]> _unwrapped = new();

    /// <summary>Without a version, as in the configuration.</summary>
    public static Uri Id { get; } = new(KeyId);

    /// <summary>With the version that wraps.</summary>
    public static string Version => VersionId;

    public byte[] Unwrap(byte[] wrapped) => [.. _unwrapped.GetOrAdd(Convert.ToBase64String(wrapped), _ =>
    {
        lock (key)
            return key.Decrypt(wrapped, RSAEncryptionPadding.OaepSHA256);
    })];

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Headers.Authorization is null)
        {
            return new HttpResponseMessage(HttpStatusCode.Unauthorized)
            {
                Headers = { { "WWW-Authenticate", Challenge } },
            };
        }

        if (request.Method == HttpMethod.Get)
            return Answer(HttpStatusCode.OK, Describe());
        var path = request.RequestUri!.GetLeftPart(UriPartial.Path);
        var body = JsonNode.Parse(await request.Content!.ReadAsStringAsync(cancellationToken))!;
        try
        {
            var wrapped = Base64Url.DecodeFromChars((string)body["value"]!);
            return string.Equals(path, VersionId + "/unwrapkey", StringComparison.OrdinalIgnoreCase)
                ? Answer(HttpStatusCode.OK,
                    new() { ["kid"] = VersionId, ["value"] = Base64Url.EncodeToString(Unwrap(wrapped)) })
                : Refusal(HttpStatusCode.NotFound, "KeyNotFound");
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            return Refusal(HttpStatusCode.BadRequest, "BadParameter");
        }
    }

    private JsonObject Describe()
    {
        var parameters = key.ExportParameters(includePrivateParameters: false);
        return new JsonObject
        {
            ["key"] = new JsonObject
            {
                ["kid"] = VersionId,
                ["kty"] = "RSA",
                ["key_ops"] = new JsonArray("wrapKey", "unwrapKey"),
                ["n"] = Base64Url.EncodeToString(parameters.Modulus),
                ["e"] = Base64Url.EncodeToString(parameters.Exponent),
            },
            ["attributes"] = new JsonObject { ["enabled"] = true },
        };
    }

    private static HttpResponseMessage Refusal(HttpStatusCode status, string code) =>
        Answer(status, new() { ["error"] = new JsonObject { ["code"] = code, ["message"] = "No." } });

    private static HttpResponseMessage Answer(HttpStatusCode status, JsonObject json) =>
        new(status) { Content = new StringContent(json.ToJsonString(), Encoding.UTF8, "application/json") };
}
