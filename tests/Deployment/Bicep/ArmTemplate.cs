using System.Text.Json;

namespace AtpKeyserver.Tests.Deployment.Bicep;

/// <summary>A compiled template. Each module is a template inside a resource of the template that uses it.</summary>
/// <param name="Name">The module's symbolic name; empty for the main template.</param>
/// <param name="Json">The template.</param>
public sealed record ArmTemplate(string Name, JsonElement Json)
{
    /// <summary>This template and all modules in it.</summary>
    public IEnumerable<ArmTemplate> All => Resources
        .Where(resource => resource.IsModule)
        .SelectMany(module => new ArmTemplate(module.Name, module.Body.At("properties.template")).All)
        .Prepend(this);

    public IEnumerable<JsonProperty> Parameters => Json.Members("parameters");

    /// <summary>Resources to deploy and existing ones: a list, or an object if the template declares types.</summary>
    public IEnumerable<Resource> Resources => Json.At("resources") is { ValueKind: JsonValueKind.Array } list
        ? list.EnumerateArray().Select(body => new Resource(body.Text("name"), body))
        : Json.Members("resources").Select(resource => new Resource(resource.Name, resource.Value));

    public ArmTemplate Module(string name) => All.Single(template => template.Name == name);

    public JsonElement Variable(string name) => Json.At("variables").At(name);

    public sealed record Resource(string Name, JsonElement Body)
    {
        public string Type => Body.Text("type");

        public bool IsExisting => Body.TryGetProperty("existing", out var existing) && existing.GetBoolean();

        public bool IsModule => Type == "Microsoft.Resources/deployments";
    }
}
