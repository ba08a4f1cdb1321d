using System.CommandLine;
using AtpKeyserver.Emulators.Atproto;
using AtpKeyserver.Identity.Signatures;
using AtpKeyserver.Perf.Support;

namespace AtpKeyserver.Perf.Tokens;

/// <summary>Measures the authentication of a caller.</summary>
internal static class TokensVerb
{
    private const int FewIterations = 1_000;
    private const int ManyIterations = 100_000;

    public static Command Create()
    {
        var command = new Command("tokens", "Verifying the service token of a call");
        command.SetAction((_, cancellation) => RunAsync(cancellation));
        return command;
    }

    public static async Task<int> RunAsync(CancellationToken cancellation)
    {
        var machine = Report.Machine;
        Console.WriteLine(machine);
        await using var accounts = await AtprotoEmulator.StartAsync(cancellation: cancellation);
        var comparisons = await CompareAsync(accounts);

        Console.WriteLine();
        Console.WriteLine($"{"token",-18} {"µs",8} {"bytes",8}   {"floor",-22} {"µs",8} {"ratio",8}");
        foreach (var each in comparisons)
        {
            Console.WriteLine(
                $"{each.Name,-18} {each.Microseconds,8:0.00} {each.Bytes,8:0}   "
                + $"{each.Floor,-22} {each.FloorMicroseconds,8:0.00} {each.Ratio,8:0.00}");
        }

        Console.WriteLine();
        Console.WriteLine(Report.Write("tokens", machine, comparisons));
        return 0;
    }

    private static async Task<Comparison[]> CompareAsync(AtprotoEmulator accounts)
    {
        const string hash = "SHA-256 of the token";
        const string verifyHash = "ECDsa.VerifyHash";

        using var verification = new Verification(accounts);
        var k256 = Mint(accounts, AccountCurve.Secp256k1);
        var p256 = Mint(accounts, AccountCurve.P256);
        await verification.LearnAsync(k256[0]);
        await verification.LearnAsync(p256[0]);
        var expired = Mint(accounts, accounts.CreateAccount("expired.test").Did, TokenOptions.Expired);
        // Each run has a new authenticator with empty caches, so each token is new in its first iteration.
        return
        [
            Comparison.Of(
                "cached", ManyIterations, () => verification.Accept([p256[0]]), hash, Floors.Hash(p256[0])),
            Comparison.Of(
                "new, ES256K",
                FewIterations,
                () => verification.Accept(k256),
                verifyHash,
                Floors.VerifyHash(EcCurve.Secp256k1)),
            Comparison.Of(
                "new, ES256",
                FewIterations,
                () => verification.Accept(p256),
                verifyHash,
                Floors.VerifyHash(EcCurve.P256)),
            Comparison.Of(
                "refused: expired",
                ManyIterations / 10,
                () => verification.Refuse(expired),
                hash,
                Floors.Hash(expired)),
        ];
    }

    /// <summary>Creates one token per iteration of a run.</summary>
    private static string[] Mint(AtprotoEmulator accounts, AccountCurve curve)
    {
        var handle = $"{curve.ToString().ToLowerInvariant()}.test";
        var did = accounts.CreateAccount(handle, AccountMethod.Plc, curve).Did;
        var options = new TokenOptions { Lifetime = TimeSpan.FromHours(1) };
        return [.. Enumerable.Range(0, FewIterations).Select(_ => Mint(accounts, did, options))];
    }

    private static string Mint(AtprotoEmulator accounts, string did, TokenOptions options) =>
        accounts.MintToken(did, Verification.OwnDid, Verification.Nsid, options);
}
