using AtpKeyserver;
using AtpKeyserver.Functions.Composition;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.TurnOffUnwantedDefaults();
builder.Services.AddKeyserver(builder.Configuration).AddXrpc();
var app = builder.Build();
try
{
    // Without this check, invalid settings would only show up in a stack trace from the host.
    app.Services.GetRequiredService<IStartupValidator>().Validate();
}
catch (OptionsValidationException e)
{
    foreach (var failure in e.Failures)
        Console.Error.WriteLine(failure);
    return 1;
}

app.Services.LogStart();
app.Services.BeginToOpenKeyring();
app.Run();
return 0;
