using System.Text.Json;
using AtpKeyserver.Tests.Support.Lexicons;

namespace AtpKeyserver.Tests.Contract.Lexicons;

/// <summary>
/// One document for each method as the protocol writes it, checked against the lexicon, and near misses.
/// </summary>
public sealed class ProductAnswersTests
{
    private const string Prefix = "dev.atpkeyserver.alpha.";

    public static TheoryData<string, string> Answers => new()
    {
        {
            "server.describeServer",
            """
            {"did":"did:web:keys.example.com","version":"0.1.0","limits":{"enabled":true,"perInstance":true,
            "anonymousPerMinute":300,"refusedTokensPerMinute":60,"resolutionsPerMinute":60,"readsPerMinute":1200,
            "changesPerMinute":120,"maxBodyBytes":16384,"maxPageSize":100},"accessLogRetentionDays":90,
            "ipAddresses":"truncated",
            "features":["delegates","export"]}
            """
        },
        { "keypair.getPublicKey", """{"publicKey":"KEY","version":1}""" },
        { "keypair.getKeypair", """{"publicKey":"KEY","privateKey":"KEY","version":2147483647}""" },
        { "keypair.rotate", """{"oldVersion":1,"newVersion":2,"rotatedAt":"2025-01-23T10:30:00.000Z"}""" },
        {
            "keypair.listVersions",
            """
            {"versions":[{"version":2,"status":"active","created_at":"2025-01-23T10:30:00.000Z"},{"version":1,
            "status":"revoked","created_at":"2025-01-22T10:30:00.000Z","revoked_at":"2025-01-23T10:30:00.000Z"}]}
            """
        },
        { "keypair.listVersions", """{"versions":[]}""" },
        { "group.getKey", """{"groupId":"did:web:a.example.com#team","secretKey":"KEY","version":1}""" },
        {
            "group.getKeys",
            """
            {"keys":[{"groupId":"did:web:a.example.com#team","version":1,"secretKey":"KEY"},
            {"groupId":"did:web:a.example.com#team","version":9,"error":"KeyVersionNotFound"},
            {"groupId":"did:plc:ewvi7nxzyoun6zhxrhs64oiz#team","error":"Forbidden"}]}
            """
        },
        {
            "group.rotateKey",
            """
            {"groupId":"did:web:a.example.com#team","oldVersion":1,"newVersion":2,
            "rotatedAt":"2025-01-23T10:30:00.000Z"}
            """
        },
        {
            "group.listKeyVersions",
            """
            {"groupId":"did:web:a.example.com#team","versions":[{"version":1,"status":"active",
            "created_at":"2025-01-23T10:30:00.000Z"}]}
            """
        },
        {
            "group.addMember",
            """
            {"groupId":"did:web:a.example.com#team","memberDid":"did:plc:ewvi7nxzyoun6zhxrhs64oiz","status":"added"}
            """
        },
        {
            "group.removeMember",
            """
            {"groupId":"did:web:a.example.com#team","memberDid":"did:plc:ewvi7nxzyoun6zhxrhs64oiz","status":"removed",
            "newVersion":2}
            """
        },
        {
            "group.addMembers",
            """
            {"groupId":"did:web:a.example.com#team","members":[
            {"memberDid":"did:plc:ewvi7nxzyoun6zhxrhs64oiz","status":"added"},
            {"memberDid":"did:web:b.example.com","status":"unchanged"}]}
            """
        },
        {
            "group.removeMembers",
            """
            {"groupId":"did:web:a.example.com#team","members":[
            {"memberDid":"did:plc:ewvi7nxzyoun6zhxrhs64oiz","status":"removed"}],"newVersion":2}
            """
        },
        {
            "group.listMembers",
            """
            {"groupId":"did:web:a.example.com#team","members":[{"did":"did:plc:ewvi7nxzyoun6zhxrhs64oiz",
            "added_at":"2025-01-23T10:30:00.000Z","added_by":"did:erased"}],"cursor":"YQ"}
            """
        },
        {
            "group.addDelegate",
            """
            {"groupId":"did:web:a.example.com#team","delegateDid":"did:plc:ewvi7nxzyoun6zhxrhs64oiz",
            "permissions":["add_member","rotate_key"],"status":"authorized"}
            """
        },
        {
            "group.removeDelegate",
            """
            {"groupId":"did:web:a.example.com#team","delegateDid":"did:plc:ewvi7nxzyoun6zhxrhs64oiz","status":"revoked"}
            """
        },
        {
            "group.listDelegates",
            """
            {"groupId":"did:web:a.example.com#team","delegates":[{"did":"did:plc:ewvi7nxzyoun6zhxrhs64oiz",
            "permissions":["remove_member"],"expires_at":"2030-01-23T10:30:00.000Z",
            "created_at":"2025-01-23T10:30:00.000Z"}]}
            """
        },
        {
            "group.listGroups",
            """
            {"groups":[{"groupId":"did:web:a.example.com#team","role":"delegate","activeVersion":3,
            "created_at":"2025-01-23T10:30:00.000Z"}],"cursor":"YQ"}
            """
        },
        {
            "keypair.getAccessLog",
            """
            {"entries":[{"version":2,"action":"rotate","did":"did:plc:ewvi7nxzyoun6zhxrhs64oiz",
            "accessed_at":"2025-01-23T10:30:00.000Z",
            "ip":"203.0.113.0/24","user_agent":"client/1","outcome":"granted"}],"cursor":"YQ"}
            """
        },
        {
            "group.getAccessLog",
            """
            {"entries":[{"action":"add_member","did":"did:web:a.example.com",
            "target":"did:plc:ewvi7nxzyoun6zhxrhs64oiz",
            "accessed_at":"2025-01-23T10:30:00.000Z","outcome":"granted"},{"action":"read","did":"did:erased",
            "accessed_at":"2025-01-23T10:29:00.000Z","outcome":"denied"}]}
            """
        },
        { "group.delete", """{"groupId":"did:web:a.example.com#team","status":"deleted"}""" },
        {
            "account.delete",
            """
            {"status":"deleting","deleted":{"keypairVersions":1,"groups":2,"memberships":3,"delegations":0}}
            """
        },
        {
            "account.export",
            """
            {"did":"did:web:a.example.com","exportedAt":"2025-01-23T10:30:00.000Z","keypairVersions":[{"version":1,
            "status":"active",
            "created_at":"2025-01-23T10:30:00.000Z","public_key":"KEY"}],"keypairAccessLog":[],"groupsOwned":[{
            "groupId":"did:web:a.example.com#team","activeVersion":1,"created_at":"2025-01-23T10:30:00.000Z",
            "versions":[],
            "members":[{"did":"did:web:b.example.com","added_at":"2025-01-23T10:30:00.000Z","added_by":"did:erased"}],
            "delegates":[],
            "access_log":[{"action":"read","did":"did:erased","accessed_at":"2025-01-23T10:29:00.000Z",
            "outcome":"denied"}]}],
            "memberships":[],"delegations":[]}
            """
        },
    };

    public static TheoryData<string, string, bool> Inputs => new()
    {
        { "keypair.rotate", """{}""", true },
        { "keypair.rotate", """{"reason":"lost phone","expected_version":3}""", true },
        { "keypair.rotate", """{"expected_version":"3"}""", false },
        { "group.rotateKey", """{"group_id":"did:web:a.example.com#team"}""", true },
        { "group.rotateKey", """{}""", false },
        { "group.addMember", """{"group_id":"did:web:a.example.com#team","member_did":"did:web:b.example.com"}""",
            true },
        { "group.addMember", """{"group_id":"did:web:a.example.com#team","member_did":"b.example"}""", false },
        { "group.addMembers", """{"group_id":"did:web:a.example.com#team","member_dids":["did:web:b.example.com"]}""",
            true },
        { "group.addMembers", """{"group_id":"did:web:a.example.com#team","member_dids":[]}""", false },
        { "group.removeMembers",
            """{"group_id":"did:web:a.example.com#team","member_dids":["did:web:b.example.com"],"rotate":true}""",
            true },
        { "group.removeMembers", """{"group_id":"did:web:a.example.com#team","member_dids":["b.example"]}""", false },
        { "group.removeMember",
            """{"group_id":"did:web:a.example.com#team","member_did":"did:web:b.example.com","rotate":true}""", true },
        { "group.removeMember",
            """{"group_id":"did:web:a.example.com#team","member_did":"did:web:b.example.com","rotate":"yes"}""",
            false },
        {
            "group.addDelegate",
            """
            {"group_id":"did:web:a.example.com#team","delegate_did":"did:web:b.example.com",
            "permissions":["add_member"],
            "expires_at":"2030-01-23T10:30:00+01:00"}
            """, true
        },
        { "group.addDelegate",
            """{"group_id":"did:web:a.example.com#team","delegate_did":"did:web:b.example.com","permissions":[]}""",
            false },
        {
            "group.addDelegate",
            """
            {"group_id":"did:web:a.example.com#team","delegate_did":"did:web:b.example.com",
            "permissions":["add_member"],"expires_at":"tomorrow"}
            """, false
        },
    };

    [Fact]
    public void Every_method_has_a_response_here() => Assert.Equal(
        LexiconCatalog.Product.Methods.Select(lexicon => lexicon.Id).Order(StringComparer.Ordinal),
        Answers.Select(row => Prefix + row[0]).Distinct().Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Answers))]
    public void Documented_responses_are_valid(string method, string output) => Assert.Empty(Output(method, output));

    [Theory]
    [InlineData("keypair.getPublicKey", """{"publicKey":"KEY0","version":1}""")]
    [InlineData("keypair.getPublicKey", """{"publicKey":"KEY","version":0}""")]
    [InlineData("keypair.getPublicKey", """{"publicKey":"KEY","privateKey":"KEY","version":1}""")]
    [InlineData("keypair.listVersions",
        """
        {"versions":[{"version":1,"status":"active","created_at":"2025-01-23T10:30:00.000Z","revoked_at":null}]}
        """)]
    [InlineData("keypair.listVersions",
        """{"versions":[{"version":1,"status":"retired","created_at":"2025-01-23T10:30:00.000Z"}]}""")]
    [InlineData("group.getKey", """{"group_id":"did:web:a.example.com#team","secretKey":"KEY","version":1}""")]
    [InlineData("group.addMember",
        """
        {"groupId":"did:web:a.example.com#team","memberDid":"did:plc:ewvi7nxzyoun6zhxrhs64oiz","status":"removed"}
        """)]
    [InlineData("server.describeServer",
        """
        {"did":"did:web:keys.example.com","version":"0.1.0","limits":{},"accessLogRetentionDays":90,"ipAddresses":"off",
        "features":[]}
        """)]
    [InlineData("group.listGroups",
        """
        {"groups":[{"groupId":"did:web:a.example.com#team","role":"reader","activeVersion":3,
        "created_at":"2025-01-23T10:30:00.000Z"}]}
        """)]
    [InlineData("group.listMembers", """{"groupId":"did:web:a.example.com#team","members":[],"cursor":null}""")]
    public void Near_misses_are_invalid(string method, string output) => Assert.NotEmpty(Output(method, output));

    [Theory]
    [MemberData(nameof(Inputs))]
    public void Valid_and_invalid_inputs_are_distinguished(string method, string input, bool valid) =>
        Assert.Equal(valid, LexiconValidator.Product.CheckInput(Prefix + method, Json(input)).Count == 0);

    private static IReadOnlyList<string> Output(string method, string output) =>
        LexiconValidator.Product.CheckOutput(Prefix + method, Json(output));

    internal static JsonElement Json(string json) =>
        JsonDocument.Parse(json.Replace("KEY", new string('a', 64), StringComparison.Ordinal)).RootElement;
}
