using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace AtpKeyserver.Tests.Client;

/// <summary>The TypeScript client against the running app, and together with the .NET client.</summary>
[Collection(OnRunningKeyserver.Name)]
public sealed partial class TypeScriptClientTests(RunningKeyserver running)
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    [Theory]
    [InlineData("direct")]
    [InlineData("proxied")]
    public async Task A_story_of_all_methods(string route)
    {
        var output = await TypeScriptPackage.RunProgramAsync("story", "", [.. Variables(), ("route", route)]);
        Assert.EndsWith("The story has ended.\n", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("direct")]
    [InlineData("proxied")]
    public async Task Content_and_signatures_cross_both_ways(string route)
    {
        using var alice = running.NewPerson();
        var bob = running.NewAccount();
        var group = KeyserverGroups.IdOf(alice.Did, "friends");
        var uri = $"at://{alice.Did}/app.bsky.feed.post/3laaaaaaaaaa2";
        string[] texts = ["", "The party is on Friday.", "Ünïcödé ✓ 日本語 👩‍👩‍👧‍👦 \ufeff\0", new('x', 100_000)];
        var records = new List<EncryptedRecord>();
        foreach (var text in texts)
            records.Add(await alice.Keyserver.Content.EncryptRecordAsync(group, uri, text));
        await alice.Keyserver.Groups.RotateKeyAsync(group, expectedVersion: 1);
        await alice.Keyserver.Groups.AddMemberAsync(group, bob.Did);
        var data = Encoding.UTF8.GetBytes("What Alice said.");
        var signature = await alice.Keyserver.Signatures.SignAsync(data);

        var output = await TypeScriptPackage.RunProgramAsync(
            "exchange",
            JsonSerializer.Serialize(
                new
                {
                    bob = new { did = bob.Did, accessJwt = bob.AccessToken },
                    alice = alice.Did,
                    group,
                    uri,
                    records,
                    data = Convert.ToHexStringLower(data),
                    signature,
                },
                Web),
            [.. Variables(), ("route", route)]);

        var answer = JsonSerializer.Deserialize<Answer>(output, Web)!;
        Assert.Equal(texts, answer.Texts);
        Assert.Equal("valid", answer.Verdict);
        Assert.All(answer.Records, record => Assert.Equal(2, record.KeyVersion));
        foreach (var (text, record) in texts.Zip(answer.Records))
            Assert.Equal(text, await alice.Keyserver.Content.DecryptRecordAsync(uri, record));
        Assert.Equal(
            SignatureVerdict.Valid,
            await alice.Keyserver.Signatures.VerifyAsync(
                bob.Did, data, answer.Signature.Signature, answer.Signature.KeyVersion));
    }

    /// <summary>The README's blocks of code, one after the other, are one program.</summary>
    [Fact]
    public async Task The_README_is_a_program_that_runs()
    {
        var alice = running.NewAccount();
        var document = await File.ReadAllTextAsync(Path.Combine(TypeScriptPackage.Folder, "README.md"));
        var code = string.Concat(CodeRegex().Matches(document).Select(match => match.Groups[1].Value));
        var prelude = await File.ReadAllTextAsync(Path.Combine(TypeScriptPackage.Folder, "test", "readme-prelude.txt"));
        var output = await TypeScriptPackage.RunApplicationAsync(
            prelude + code,
            TypeScriptPackage.Folder,
            [
                .. Variables(), ("handle", alice.Handle), ("app_password", alice.AccessToken),
                .. new[] { "bob", "carol", "dave" }.Select(name => (name, running.NewAccount().Did)),
            ]);
        Assert.StartsWith("The party is on Friday.\n", output, StringComparison.Ordinal);
        Assert.Contains(" added\n", output, StringComparison.Ordinal);
        Assert.Contains($"{alice.Did} rotate granted\n", output, StringComparison.Ordinal);
        Assert.EndsWith("Changed or copied.\n", output, StringComparison.Ordinal);
    }

    /// <summary>Compiled by the TypeScript before the package's.</summary>
    [Fact]
    public async Task Agents_of_other_libraries_fit()
    {
        var alice = running.NewAccount();
        var code = await File.ReadAllTextAsync(Path.Combine(TypeScriptPackage.TestFolder, "agents.ts"));
        var output = await TypeScriptPackage.RunApplicationAsync(
            code,
            TypeScriptPackage.TestFolder,
            [.. Variables(), ("handle", alice.Handle), ("app_password", alice.AccessToken)]);
        Assert.Equal("All agents fit.\n", output);
    }

    private (string, string)[] Variables() =>
    [
        ("pds", running.Pds.GetLeftPart(UriPartial.Authority)),
        ("keyserver_did", running.Did),
    ];

    [GeneratedRegex("```ts\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeRegex();

    private sealed record Answer(
        string[] Texts, string Verdict, EncryptedRecord[] Records, ContentSignature Signature);
}
