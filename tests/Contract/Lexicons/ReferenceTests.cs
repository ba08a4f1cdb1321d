using System.Text.Json;
using AtpKeyserver.Tests.Support;
using AtpKeyserver.Tests.Support.Lexicons;

namespace AtpKeyserver.Tests.Contract.Lexicons;

/// <summary>
/// The AT Protocol's own tools can use the lexicons. EndToEnd checks the running app's responses against them.
/// </summary>
public sealed class ReferenceTests
{
    private const string Prefix = "dev.atpkeyserver.alpha.";

    [Fact]
    public async Task A_client_generated_by_lex_cli_compiles_and_has_every_method()
    {
        var folder = Directory.CreateTempSubdirectory("lexicons-");
        try
        {
            Directory.CreateSymbolicLink(
                Path.Combine(folder.FullName, "node_modules"), Path.Combine(ReferenceTools.Folder, "node_modules"));
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "package.json"), """{"type":"module"}""");
            await RunAsync(
                ["node_modules/@atproto/lex-cli/dist/index.js", "gen-api", "--yes", "client",
                    .. ReferenceTools.Lexicons], folder.FullName);
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "use.ts"), Use());
            await RunAsync(
                [
                    "node_modules/typescript/bin/tsc", "--strict", "--noEmit", "--skipLibCheck", "--target", "es2022",
                    "--module", "nodenext",
                    "use.ts",
                ],
                folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [MemberData(nameof(ProductAnswersTests.Answers), MemberType = typeof(ProductAnswersTests))]
    public async Task The_reference_accepts_the_documented_responses(string method, string output) =>
        Assert.Null(await ReferenceValidator.CheckOutputAsync(Prefix + method, ProductAnswersTests.Json(output)));

    [Theory]
    [MemberData(nameof(ProductAnswersTests.Inputs), MemberType = typeof(ProductAnswersTests))]
    public async Task The_reference_agrees_on_inputs(string method, string input, bool valid) =>
        Assert.Equal(valid, await ReferenceValidator.CheckInputAsync(Prefix + method,
            ProductAnswersTests.Json(input)) is null);

    [Fact]
    public async Task The_reference_refuses_what_is_not_in_the_lexicon()
    {
        Assert.Contains("version", await ReferenceValidator.CheckOutputAsync(
            Prefix + "keypair.getPublicKey", ProductAnswersTests.Json("""{"publicKey":"KEY","version":0}""")),
            StringComparison.Ordinal);
        Assert.NotNull(await ReferenceValidator.CheckOutputAsync(Prefix + "key", ProductAnswersTests.Json("{}")));
    }

    /// <summary>A program that calls each method of the generated client.</summary>
    private static string Use()
    {
        var calls = LexiconCatalog.Product.Methods.Select(lexicon => $"  client.{Camel(lexicon.Id)},\n");
        return $"import {{ AtpBaseClient }} from './client/index.js';\n\nexport const methods = (client: "
            + $"AtpBaseClient) => [\n{string.Concat(calls)}];\n";
    }

    private static string Camel(string nsid) =>
        string.Join('.', nsid.Split('.').Select(part => char.ToLowerInvariant(part[0]) + part[1..]));

    private static async Task RunAsync(string[] arguments, string folder)
    {
        using var patience = new CancellationTokenSource(Eventually.Patience);
        using var node = ReferenceTools.Start(arguments, folder);
        node.StandardInput.Close();
        var (output, errors) = (node.StandardOutput.ReadToEndAsync(patience.Token),
            node.StandardError.ReadToEndAsync(patience.Token));
        await node.WaitForExitAsync(patience.Token);
        Assert.True(node.ExitCode == 0, $"{arguments[0]}: {await output} {await errors}");
    }
}
