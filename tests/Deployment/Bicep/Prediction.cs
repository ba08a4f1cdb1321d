using System.Text.Json;

namespace AtpKeyserver.Tests.Deployment.Bicep;

/// <summary>The resources that a parameter file deploys, as the compiler predicts them without asking Azure.</summary>
public sealed class Prediction(JsonElement snapshot)
{
    public IReadOnlyList<JsonElement> Resources { get; } = [.. snapshot.At("predictedResources").EnumerateArray()];

    /// <summary>Expressions that the compiler could not evaluate.</summary>
    public IReadOnlyList<string> Diagnostics { get; } = [.. snapshot.At("diagnostics").AllStrings()];

    public string Output(string name) => snapshot.At("outputs").Text(name);

    public IEnumerable<JsonElement> OfType(string type) => Resources.Where(resource => resource.Text("type") == type);

    public JsonElement Single(string type) => OfType(type).Single();

    /// <summary>The settings of the app.</summary>
    public IReadOnlyDictionary<string, string> AppSettings => Single("Microsoft.Web/sites/config").Members("properties")
        .ToDictionary(setting => setting.Name, setting => setting.Value.GetString()!);
}
