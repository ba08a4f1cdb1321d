using System.Text.Json;
using System.Text.Json.Nodes;
using AtpKeyserver.Tests.Support.Lexicons;

namespace AtpKeyserver.Tests.Contract.Lexicons;

/// <summary>The checker finds every kind of error; a checker that accepts everything would be useless.</summary>
public sealed class LexiconCheckerTests
{
    private const string Path = "org/example/give.json";
    private const string Good =
        """
        {
          "lexicon": 1,
          "id": "org.example.give",
          "defs": {
            "main": {
              "type": "procedure",
              "description": "Gives.",
              "parameters": { "type": "params", "required": ["to"], "properties": { "to": { "type": "string",
              "format": "did" } } },
              "input": {
                "encoding": "application/json",
                "schema": { "type": "object", "properties": { "n": { "type": "integer", "minimum": 1, "maximum": 5 } } }
              },
              "output": {
                "encoding": "application/json",
                "schema": {
                  "type": "object", "required": ["things"],
                  "properties": { "things": { "type": "array", "items": { "type": "ref", "ref": "#thing" } } }
                }
              },
              "errors": [{ "name": "Empty", "description": "Nothing left." }]
            },
            "thing": { "type": "object", "properties": { "ok": { "type": "boolean", "default": true } } }
          }
        }
        """;

    [Fact]
    public void A_valid_lexicon_has_no_findings() => Assert.Empty(Check(Good));

    [Theory]
    [InlineData("lexicon", "2", "$.lexicon is not 1")]
    [InlineData("id", "\"org.example.take\"", "does not belong to the path")]
    [InlineData("id", "\"example\"", "is not an NSID")]
    [InlineData("extra", "1", "$.extra is unknown in a lexicon")]
    [InlineData("defs", "[]", "$.defs is not an object")]
    [InlineData("defs.main", null, "$.defs.main must exist in methods only")]
    [InlineData("defs.main.type", "\"record\"", "neither query nor procedure")]
    [InlineData("defs.main.type", "\"query\"", "input is unknown in a query")]
    [InlineData("defs.main.description", "\" \"", "has no description")]
    [InlineData("defs.main.output", null, "has no output")]
    [InlineData("defs.main.output.encoding", "\"text/plain\"", "encoding is not application/json")]
    [InlineData("defs.main.output.schema", null, "has no schema")]
    [InlineData("defs.main.output.schema.type", "\"string\"", "type 'string' is not one of")]
    [InlineData("defs.main.output.schema.required", "[\"gone\"]", "required names 'gone'")]
    [InlineData("defs.main.output.schema.nullable", "[\"gone\"]", "nullable names 'gone'")]
    [InlineData("defs.main.output.schema.properties", null, "properties is not an object")]
    [InlineData("defs.main.output.schema.properties.things.items.ref", "\"#gone\"", "'#gone', which does not exist")]
    [InlineData(
        "defs.main.output.schema.properties.things.items.ref", "\"org.example.other#thing\"", "which does not exist")]
    [InlineData("defs.main.output.schema.properties.things.items.ref", "\"org.example.give\"", "refers to the method")]
    [InlineData(
        "defs.main.output.schema.properties.things.items", "{\"type\":\"object\"}", "type 'object' is not one of")]
    [InlineData("defs.main.output.schema.properties.things.items", null, "has no items")]
    [InlineData("defs.main.output.schema.properties.things", "{\"type\":\"union\"}", "has no refs")]
    [InlineData(
        "defs.main.output.schema.properties.things", "{\"type\":\"union\",\"refs\":[\"#gone\"]}",
        "which does not exist")]
    [InlineData("defs.main.parameters.required", "[\"gone\"]", "required names 'gone'")]
    [InlineData("defs.main.parameters.type", "\"object\"", "type 'object' is not one of params")]
    [InlineData("defs.main.parameters.properties.to.type", "\"ref\"", "type 'ref' is not one of")]
    [InlineData("defs.main.parameters.properties.to.format", "\"phone\"", "format is unknown")]
    [InlineData("defs.main.parameters.properties.to.minLenght", "1", "minLenght is unknown in a string")]
    [InlineData("defs.main.parameters.properties.to.maxLength", "\"9\"", "maxLength is not an integer")]
    [InlineData("defs.main.parameters.properties.to.enum", "[]", "enum is not a list of strings")]
    [InlineData("defs.main.parameters.properties.to.const", "7", "const is not of type string")]
    [InlineData("defs.main.input.schema.properties.n.minimum", "6", "minimum is above maximum")]
    [InlineData("defs.main.input.schema.properties.n.default", "\"1\"", "default is not of type integer")]
    [InlineData("defs.main.errors", "[{\"name\":\"no name\",\"description\":\"x\"}]", "invalid error name")]
    [InlineData("defs.main.errors", "[{\"name\":\"Empty\"}]", "does not describe 'Empty'")]
    [InlineData("defs.main.errors", "[{\"name\":\"A\",\"description\":\"x\"},{\"name\":\"A\",\"description\":\"y\"}]",
        "names 'A' 2 times")]
    [InlineData("defs.thing.type", "\"blob\"", "type 'blob' is not one of")]
    [InlineData("defs.thing.properties.ok.const", "true", "has a const and a default")]
    public void An_invalid_lexicon_has_a_finding(string member, string? value, string problem) =>
        Assert.Contains(Check(With(member, value)), found => found.Contains(problem, StringComparison.Ordinal));

    [Fact]
    public void Shared_definitions_have_no_main()
    {
        var defs = Lexicon.Parse(
            "org/example/defs.json", """{"lexicon":1,"id":"org.example.defs","defs":{"n":{"type":"integer"}}}""");
        Assert.Empty(new LexiconChecker(new LexiconCatalog([defs])).Check(defs));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"lexicon\":1,\"lexicon\":1}")]
    public void What_is_not_a_json_object_is_not_read(string json) =>
        Assert.ThrowsAny<JsonException>(() => Lexicon.Parse(Path, json));

    private static IReadOnlyList<string> Check(string json)
    {
        var lexicon = Lexicon.Parse(Path, json);
        return new LexiconChecker(new LexiconCatalog([lexicon])).Check(lexicon);
    }

    /// <summary>The valid lexicon with one member replaced or removed.</summary>
    private static string With(string member, string? value)
    {
        var root = JsonNode.Parse(Good)!;
        var names = member.Split('.');
        var parent = names[..^1].Aggregate(root, (node, name) => node[name]!).AsObject();
        parent.Remove(names[^1]);
        if (value is not null)
            parent.Add(names[^1], JsonNode.Parse(value));
        return root.ToJsonString();
    }
}
