using System.Text;
using AtpKeyserver.Authentication;
using AtpKeyserver.Configuration;
using AtpKeyserver.Emulators.Atproto;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Identity;
using AtpKeyserver.RateLimiting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Perf.Tokens;

/// <summary>The app's authenticator. <see cref="LearnAsync"/> caches the key of an account.</summary>
internal sealed class Verification : IDisposable
{
    public const string OwnDid = "did:web:keyserver.example.com";
    public const string Nsid = "dev.atpkeyserver.alpha.group.getKey";

    private readonly ServiceTokenReader _reader = new(Options.Create(new KeyserverOptions { Did = OwnDid }));
    private readonly KnownCallers _callers;
    private readonly LookupLimits _limits;
    private readonly DidDocumentFetcher _lookups;
    private readonly DidResolver _resolver;

    public Verification(AtprotoEmulator accounts)
    {
        var unlimited = Options.Create(new KeyserverOptions { RateLimits = { Enabled = false } });
        _callers = new KnownCallers(unlimited);
        _limits = new LookupLimits(unlimited, _callers, TimeProvider.System);
        var documents = new Documents(accounts);
        _lookups = new DidDocumentFetcher(
            documents, documents, TimeProvider.System, NullLogger<DidDocumentFetcher>.Instance);
        _resolver = new DidResolver(
            _lookups,
            _limits,
            _callers,
            TimeProvider.System,
            NullLogger<DidResolver>.Instance);
    }

    /// <summary>Verifies a token of an account, which fetches and caches its key.</summary>
    public async Task LearnAsync(string token) =>
        await NewAuthenticator().AuthenticateAsync(Header(token), Nsid, default, CancellationToken.None);

    /// <summary>Verifies the tokens in turn, starting with an empty token cache.</summary>
    public Action<int> Accept(string[] tokens)
    {
        var authenticator = NewAuthenticator();
        var headers = tokens.Select(Header).ToArray();
        return iteration => AcceptNow(authenticator, headers[iteration % headers.Length]);
    }

    /// <summary>Rejects the same token in each iteration.</summary>
    public Action<int> Refuse(string token)
    {
        var authenticator = NewAuthenticator();
        var header = Header(token);
        return _ =>
        {
            try
            {
                AcceptNow(authenticator, header);
            }
            catch (KeyserverException e) when (e.Error == ErrorName.JwtExpired)
            {
                return;
            }

            throw new InvalidOperationException("An expired token was accepted.");
        };
    }

    public void Dispose() => _lookups.Dispose();

    private static string Header(string token) => $"Bearer {token}";

    private static void AcceptNow(ServiceAuthenticator authenticator, string header)
    {
        var verified = authenticator.AuthenticateAsync(header, Nsid, default, CancellationToken.None);
        if (!verified.IsCompletedSuccessfully)
            throw new InvalidOperationException("The token was rejected, or its key was not cached.");
    }

    private ServiceAuthenticator NewAuthenticator() =>
        new(_reader, new VerifiedTokenCache(), _resolver, _limits, TimeProvider.System);

    private sealed class Documents(AtprotoEmulator accounts) : IDidDocumentSource
    {
        public ValueTask<byte[]?> FetchAsync(Did did, CancellationToken cancellation) =>
            ValueTask.FromResult<byte[]?>(Encoding.UTF8.GetBytes(accounts.Document(did.Value)));
    }
}
