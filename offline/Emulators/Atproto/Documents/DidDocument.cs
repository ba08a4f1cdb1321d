using System.Text.Json.Nodes;
using AtpKeyserver.Emulators.Atproto.Accounts;

namespace AtpKeyserver.Emulators.Atproto.Documents;

/// <summary>
/// An account's DID document in the form of plc.directory: one <c>Multikey</c>, the handle, the PDS.
/// <see href="https://atproto.com/specs/did#did-documents"/>
/// </summary>
internal static class DidDocument
{
    public static string Of(Account account, Uri pds)
    {
        var suite = account.Key.Curve == AccountCurve.Secp256k1 ? "secp256k1-2019" : "ecdsa-2019";
        var methods = new JsonArray();
        if (!account.KeyRemoved)
        {
            methods.Add((JsonNode)new JsonObject
            {
                ["id"] = $"{account.Did}#atproto",
                ["type"] = "Multikey",
                ["controller"] = account.Did,
                ["publicKeyMultibase"] = account.Key.Multibase,
            });
        }

        return new JsonObject
        {
            ["@context"] = new JsonArray(
                "https://www.w3.org/ns/did/v1",
                "https://w3id.org/security/multikey/v1",
                $"https://w3id.org/security/suites/{suite}/v1"),
            ["id"] = account.Did,
            ["alsoKnownAs"] = new JsonArray($"at://{account.Handle}"),
            ["verificationMethod"] = methods,
            ["service"] = new JsonArray(new JsonObject
            {
                ["id"] = "#atproto_pds",
                ["type"] = "AtprotoPersonalDataServer",
                ["serviceEndpoint"] = pds.GetLeftPart(UriPartial.Authority),
            }),
        }.ToJsonString(AtprotoJson.Readable);
    }
}
