using AtpKeyserver.Tests.Deployment.Bicep;

namespace AtpKeyserver.Tests.Deployment;

/// <summary>What a compiler would say of the files, where there is none.</summary>
public sealed class SyntaxTests
{
    private static readonly string[] BuiltIn =
    [
        "bool", "cidrSubnet", "concat", "dateTimeAdd", "dateTimeToEpoch", "empty", "environment", "guid", "join", "last", "length", "map",
        "range", "readEnvironmentVariable", "replace", "resourceGroup", "string", "subscription", "subscriptionResourceId", "take",
        "tenant", "toLower", "toObject", "union", "uniqueString", "utcNow",
    ];

    public static TheoryData<string> Files =>
        new(Infrastructure.All.Select(file => Path.GetRelativePath(Infrastructure.Folder, file.Path)));

    public static TheoryData<string> ParameterFiles => new(Infrastructure.ParameterFiles.Select(file => file.Name));

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_parses(string file) =>
        Assert.Empty(File(file).Root.All.Where(node => node.Error).Select(node => $"{node.Row}: {node.Text}"));

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_name_is_declared_and_every_declaration_used(string name)
    {
        var file = File(name);
        if (name.EndsWith(".bicepparam", StringComparison.Ordinal))
            return;
        var declared = new[] { file.Parameters, file.Variables, file.Resources, file.Modules }.SelectMany(list => list).Select(d => d.Name)
            .Concat(file.Imports.Select(import => import.Name)).ToArray();
        Assert.Equal(declared.Distinct(), declared);
        var used = file.Root.Children.Where(node => node.Type != "import_functionality").SelectMany(node => Used(node, [])).ToHashSet();
        Assert.Empty(used.Except(declared).Except(BuiltIn).Except(file.Types.Select(type => type.Name)));
        var exported = file.Variables.Where(variable => variable.Has("export")).Select(variable => variable.Name);
        var passive = file.Resources.Where(resource => !resource.IsExisting).Concat(file.Modules).Select(d => d.Name);
        Assert.Empty(declared.Except(used).Except(exported).Except(passive));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_import_is_exported(string name)
    {
        var file = File(name);
        Assert.All(file.Imports, import =>
        {
            var from = Infrastructure.File(file, import.From);
            Assert.Contains(from.Types.Concat(from.Variables), declaration => declaration.Name == import.Name && declaration.Has("export"));
        });
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_module_gets_the_parameters_that_it_has(string name)
    {
        var file = File(name);
        Assert.All(file.Modules, module =>
        {
            var target = Infrastructure.File(file, module.Of);
            var given = module.Body.Find("params")!.Properties.Keys.ToArray();
            Assert.Empty(given.Except(target.Parameters.Select(p => p.Name)));
            Assert.Empty(target.Parameters.Where(p => !p.HasDefault).Select(p => p.Name).Except(given));
        });
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void An_output_that_is_read_exists(string name)
    {
        var file = File(name);
        var accesses = file.Root.OfType("member_expression")
            .Select(node => node.Text.Replace("!", "", StringComparison.Ordinal).Split('.'));
        foreach (var access in accesses)
        {
            if (access is [var module, "outputs", var output] && file.Modules.FirstOrDefault(m => m.Name == module) is { } target)
                Assert.Contains(output, Infrastructure.File(file, target.Of).Outputs.Select(o => o.Name));
        }
    }

    [Theory]
    [MemberData(nameof(ParameterFiles))]
    public void A_parameter_file_sets_what_main_wants(string name)
    {
        var main = Infrastructure.File("main.bicep");
        var given = File(name).Variables.Select(variable => variable.Name).ToArray();
        Assert.Contains("using 'main.bicep'", File(name).Root.Text, StringComparison.Ordinal);
        Assert.Empty(given.Except(main.Parameters.Select(p => p.Name)));
        Assert.Empty(main.Parameters.Where(p => !p.HasDefault).Select(p => p.Name).Except(given));
    }

    [Fact]
    public void Every_parameter_of_main_says_what_it_is_for() =>
        Assert.All(Infrastructure.File("main.bicep").Parameters, parameter => Assert.True(parameter.Has("description"), parameter.Name));

    [Fact]
    public void One_version_of_the_api_is_used_for_each_type()
    {
        var versions = Infrastructure.Sources.SelectMany(file => file.Resources).Select(resource => resource.Of).Distinct();
        Assert.Empty(versions.GroupBy(type => type.Split('@')[0]).Where(type => type.Count() > 1).Select(type => type.Key));
    }

    [Fact]
    public void A_preview_is_used_only_where_there_is_nothing_else() =>
        Assert.Equal(
            ["Microsoft.Insights/diagnosticSettings@2021-05-01-preview"],
            Infrastructure.Sources.SelectMany(file => file.Resources).Select(resource => resource.Of).Distinct()
                .Where(type => type.Contains("preview", StringComparison.Ordinal)));

    /// <summary>Names that an expression takes from outside of it.</summary>
    private static IEnumerable<string> Used(BicepNode node, string[] local)
    {
        switch (node.Type)
        {
            case "decorators" or "comment" or "type_declaration":
                return [];
            case "identifier":
                return local.Contains(node.Text) ? [] : [node.Text];
            case "object_property":
                return Used(node.Children[^1], local);
            case "lambda_expression":
                var names = node.Children.SkipLast(1).SelectMany(child => child.OfType("identifier")).Select(child => child.Text);
                return Used(node.Children[^1], [.. local, .. names]);
            case "for_statement":
                // for item in list, or for (item, index) in list.
                var loops = node.Children[0].All.Where(child => child.Type is "identifier" or "loop_variable" or "loop_enumerator")
                    .Select(child => child.Text);
                return node.Children.Skip(1).SelectMany(child => Used(child, [.. local, .. loops]));
            case "subscript_expression" when First(node) is { Type: "lambda_expression" } lambda:
                // The grammar takes the index behind a lambda for one of the lambda.
                return node.Children.SelectMany(child => Used(child, [.. local, .. lambda.Children.SkipLast(1).Select(name => name.Text)]));
            case var declaration when declaration.EndsWith("_declaration", StringComparison.Ordinal):
                return node.Children.SkipWhile(child => child.Type != "identifier").Skip(1).SelectMany(child => Used(child, local));
            default:
                return node.Children.SelectMany(child => Used(child, local));
        }
    }

    private static BicepNode First(BicepNode node) =>
        node.Type is "subscript_expression" or "member_expression" ? First(node.Children[0]) : node;

    private static BicepFile File(string relative) =>
        Infrastructure.All.Single(file => Path.GetRelativePath(Infrastructure.Folder, file.Path) == relative);
}
