using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using AtpKeyserver.DevStack;
using AtpKeyserver.KeyManagement;
using Azure.Core;
using Azure.Core.Pipeline;

namespace AtpKeyserver.Tests.EndToEnd.Support;

/// <summary>The KEK of a running stack, with the app's credential.</summary>
public sealed class KekAccess : IDisposable
{
    private readonly HttpClientTransport _transport;

    public KekAccess(Stack stack)
    {
        _transport = new HttpClientTransport(NewClient(stack));
        Kek = new Kek(new Uri(stack.AppVariables["Keyserver__KeyVault__KeyId"]!), new Credential(TokenOf(stack)),
            emulator: true, _transport);
    }

    public Kek Kek { get; }

    /// <summary>The token that the app sends to the vault.</summary>
    public static string TokenOf(Stack stack) => stack.AppVariables["Keyserver__KeyVault__EmulatorToken"]!;

    /// <summary>Deletes and purges the KEK.</summary>
    public static async Task PurgeAsync(Stack stack)
    {
        using var http = NewClient(stack);
        http.DefaultRequestHeaders.Authorization = new("Bearer", TokenOf(stack));
        var name = new Uri(stack.AppVariables["Keyserver__KeyVault__KeyId"]!).Segments[2];
        foreach (var path in (string[])["keys", "deletedkeys"])
        {
            using var answer =
                await http.DeleteAsync(new Uri(stack.KeyVault.VaultUri, $"{path}/{name}?api-version=7.6"));
            answer.EnsureSuccessStatusCode();
        }
    }

    public void Dispose() => _transport.Dispose();

    private static HttpClient NewClient(Stack stack)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(
            X509CertificateLoader.LoadCertificateFromFile(Path.Combine(stack.KeyVault.CertificateFolder, "ca.pem")));
        return new HttpClient(
            new SocketsHttpHandler { SslOptions =
            new SslClientAuthenticationOptions { CertificateChainPolicy = policy } });
    }

    private sealed class Credential(string token) : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(token, DateTimeOffset.MaxValue);

        public override ValueTask<AccessToken> GetTokenAsync(
            TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            ValueTask.FromResult(GetToken(requestContext, cancellationToken));
    }
}
