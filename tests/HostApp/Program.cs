using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using AtpKeyserver.Tests.HostApp;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

[assembly: SupportedOSPlatform("linux")]

var builder = FunctionsApplication.CreateBuilder(args);
if (Environment.GetEnvironmentVariable("HOSTAPP_WITHOUT_HTTP") is null)
    builder.ConfigureFunctionsWebApplication();
builder.Logging.SetMinimumLevel(LogLevel.Trace);
// The headers as the host sent them.
builder.Services.Configure<ForwardedHeadersOptions>(options => options.ForwardedHeaders = ForwardedHeaders.None);
var gate = new Gate();
builder.Services.AddSingleton(gate);
using var opening = PosixSignalRegistration.Create(PosixSignal.SIGCONT, _ => gate.Open());
builder.Build().Run();
Console.WriteLine("HostApp ended by itself");
