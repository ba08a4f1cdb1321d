using System.Globalization;
using AtpKeyserver.Emulators.Atproto;
using AtpKeyserver.Identity;
using AtpKeyserver.Perf;
using AtpKeyserver.Perf.Tokens;

const int fewIterations = 1_000;
const int manyIterations = 100_000;
const string hash = "SHA-256 of the token";
const string verifyHash = "ECDsa.VerifyHash";

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var machine = Report.Machine;
Console.WriteLine(machine);

await using var accounts = await AtprotoEmulator.StartAsync();
using var verification = new Verification(accounts);
var ofSecp256k1 = Tokens(AccountCurve.Secp256k1);
var ofP256 = Tokens(AccountCurve.P256);
await verification.LearnAsync(ofSecp256k1[0]);
await verification.LearnAsync(ofP256[0]);
var expired = Mint(accounts.CreateAccount("expired.test").Did, TokenOptions.Expired);
// Each run begins with an authenticator that remembers nothing, so a token is new in its first iteration.
Comparison[] comparisons =
[
    Comparison.Of("remembered", manyIterations, () => verification.Accept([ofP256[0]]), hash, Floors.Hash(ofP256[0])),
    Comparison.Of("new, ES256K", fewIterations, () => verification.Accept(ofSecp256k1), verifyHash, Floors.VerifyHash(EcCurve.Secp256k1)),
    Comparison.Of("new, ES256", fewIterations, () => verification.Accept(ofP256), verifyHash, Floors.VerifyHash(EcCurve.P256)),
    Comparison.Of("refused: expired", manyIterations / 10, () => verification.Refuse(expired), hash, Floors.Hash(expired)),
];

Console.WriteLine();
Console.WriteLine($"{"token",-18} {"µs",8} {"bytes",8}   {"floor",-22} {"µs",8} {"ratio",8}");
foreach (var each in comparisons)
{
    Console.WriteLine(
        $"{each.Name,-18} {each.Microseconds,8:0.00} {each.Bytes,8:0}   {each.Floor,-22} {each.FloorMicroseconds,8:0.00} {each.Ratio,8:0.00}");
}

Console.WriteLine();
Console.WriteLine(Report.Write("tokens", machine, comparisons));

// One for each iteration of a run.
string[] Tokens(AccountCurve curve)
{
    var did = accounts.CreateAccount($"{curve.ToString().ToLowerInvariant()}.test", AccountMethod.Plc, curve).Did;
    return [.. Enumerable.Range(0, fewIterations).Select(_ => Mint(did, new TokenOptions { Lifetime = TimeSpan.FromHours(1) }))];
}

string Mint(string did, TokenOptions options) => accounts.MintToken(did, Verification.OwnDid, Verification.Nsid, options);
