using System.Security.Cryptography;
using AtpKeyserver.Authentication;
using AtpKeyserver.Configuration;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Identity.Signatures;
using AtpKeyserver.Tests.Unit.Identity;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Tests.Unit.Authentication;

/// <summary>An authenticator with two directories of one account each, and the keys to sign tokens.</summary>
internal sealed class TestAuth : IDisposable
{
    public const string OwnDid = "did:web:keyserver.example.com";
    public const string Nsid = "dev.atpkeyserver.alpha.group.key";
    public const long Now = 1_800_000_000;

    public TestAuth(bool allowLocalhost = false)
    {
        var options = Options.Create(new KeyserverOptions { Did = OwnDid, AllowLocalhost = allowLocalhost });
        var reader = new ServiceTokenReader(options);
        Authenticator = new ServiceAuthenticator(
            reader, new VerifiedTokenCache(), Identity.Resolver, Identity, Identity.Clock);
        Identity.Plc.AnswerKey(Documents.Multikey(Key));
        Identity.Web.AnswerKey(Documents.Multikey(WebKey));
    }

    public TestResolver Identity { get; } = new();

    public ServiceAuthenticator Authenticator { get; }

    /// <summary>The secp256k1 key of every did:plc.</summary>
    public ECDsa Key { get; } = Documents.NewKey();

    /// <summary>The P-256 key of every did:web.</summary>
    public ECDsa WebKey { get; } = Documents.NewKey(EcCurve.P256);

    /// <summary>The number of lookups that were sent.</summary>
    public int Lookups => Identity.Plc.Fetches + Identity.Web.Fetches;

    public Task<Did> AuthenticateAsync(string token, string nsid = Nsid) =>
        AuthenticateHeaderAsync("Bearer " + token, nsid);

    public Task<Did> AuthenticateHeaderAsync(string? header, string nsid = Nsid) =>
        IssuerAsync(Authenticator.AuthenticateAsync(header, nsid, default, CancellationToken.None).AsTask());

    /// <summary>Completes synchronously when the authenticator does: a cached token needs no I/O.</summary>
    private static Task<Did> IssuerAsync(Task<VerifiedToken> verified) => verified.IsCompletedSuccessfully
        ? Task.FromResult(verified.Result.Issuer)
        : AwaitAsync(verified);

    private static async Task<Did> AwaitAsync(Task<VerifiedToken> verified) => (await verified).Issuer;

    public void Dispose()
    {
        Identity.Dispose();
        Key.Dispose();
        WebKey.Dispose();
    }
}
