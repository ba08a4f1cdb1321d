using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;

namespace AtpKeyserver.Tests.Integration.Support;

/// <summary>
/// A vault with one RSA-2048 key in two versions that challenges requests without a token. Each instance has its own
/// host name.
/// </summary>
internal sealed class StubVault : IDisposable
{
    public const string Version = "0123456789abcdef0123456789abcdef";

    private readonly RSA _key = RSA.Create(2048);
    private readonly string _name = $"v{RandomNumberGenerator.GetHexString(12, lowercase: true)}";

    public StubVault() => Server = new StubServer(Answer);

    public StubServer Server { get; }

    public Uri Uri => new($"https://{_name}.vault.azure.net/");

    public Uri Key => new(Uri, "keys/kek");

    public string VersionedKey => $"{Key}/{Version}";

    public string WwwAuthenticate { get; set; } = ChallengeFor("https://vault.azure.net");

    public bool MayRead { get; set; } = true;

    /// <summary>The <c>exp</c> of the key, in seconds since 1970.</summary>
    public long? Expires { get; set; }

    /// <summary>Overrides the response if it returns one.</summary>
    public Func<StubServer.Request, HttpResponseMessage?> Fault { get; set; } = _ => null;

    public static string ChallengeFor(string resource, string tenant = "tenant-1") =>
        $"Bearer authorization=\"https://login.microsoftonline.com/{tenant}\", resource=\"{resource}\"";

    public static HttpResponseMessage Error(HttpStatusCode status, string code) =>
        StubServer.Json(status, $$$"""{"error":{"code":"{{{code}}}","message":"No."}}""");

    public void Dispose()
    {
        Server.Dispose();
        _key.Dispose();
    }

    private HttpResponseMessage Answer(StubServer.Request request)
    {
        if (Fault(request) is { } fault)
            return fault;
        if (request.Authorization is null)
            return StubServer.Json(HttpStatusCode.Unauthorized, string.Empty, ("WWW-Authenticate", WwwAuthenticate));
        return (request.Method, request.Uri.AbsolutePath) switch
        {
            ("GET", "/keys/kek/versions") => Versions(request.Uri),
            ("GET", _) when !MayRead => Error(HttpStatusCode.Forbidden, "Forbidden"),
            ("GET", "/keys/kek" or "/keys/kek/" or $"/keys/kek/{Version}") =>
                StubServer.Json(HttpStatusCode.OK, Describe()),
            ("POST", "/keys/kek/create" or "/keys/kek/rotate") => StubServer.Json(HttpStatusCode.OK, Describe()),
            ("POST", var path) when path.EndsWith("/wrapKey", StringComparison.Ordinal) =>
                Operate(request.Body, secret => _key.Encrypt(secret, RSAEncryptionPadding.OaepSHA256)),
            ("POST", var path) when path.EndsWith("/unwrapKey", StringComparison.Ordinal) =>
                Operate(request.Body, secret => _key.Decrypt(secret, RSAEncryptionPadding.OaepSHA256)),
            _ => Error(HttpStatusCode.NotFound, "KeyNotFound"),
        };
    }

    private HttpResponseMessage Operate(string body, Func<byte[], byte[]> operation)
    {
        using var json = JsonDocument.Parse(body);
        Assert.Equal("RSA-OAEP-256", json.RootElement.GetProperty("alg").GetString());
        var value = operation(Base64Url.DecodeFromChars(json.RootElement.GetProperty("value").GetString()));
        return StubServer.Json(
            HttpStatusCode.OK, $$$"""{"kid":"{{{VersionedKey}}}","value":"{{{Base64Url.EncodeToString(value)}}}"}""");
    }

    private string Describe()
    {
        var key = _key.ExportParameters(includePrivateParameters: false);
        var expires = Expires is { } seconds ? $",\"exp\":{seconds}" : string.Empty;
        return $$$"""
            {"key":{"kid":"{{{VersionedKey}}}","kty":"RSA","key_ops":["wrapKey","unwrapKey"],
            "n":"{{{Base64Url.EncodeToString(key.Modulus)}}}","e":"{{{Base64Url.EncodeToString(key.Exponent)}}}"},
            "attributes":{"enabled":true,"created":1700000000,"updated":1700000001{{{expires}}}},"tags":{"use":"kek"}}
            """;
    }

    private HttpResponseMessage Versions(Uri uri) => StubServer.Json(
        HttpStatusCode.OK,
        uri.Query.Contains("skip", StringComparison.Ordinal)
            ? $$$"""{"value":[{"kid":"{{{Key}}}/old","attributes":{"enabled":false}}],"nextLink":null}"""
            : $$$"""
                {"value":[{"kid":"{{{VersionedKey}}}","attributes":{"enabled":true}}],
                "nextLink":"{{{Key}}}/versions?api-version=7.5&skip=1"}
                """);
}
