// swift-format-ignore-file

/// The schemas that ship inside the binary. Made by `Schemas/embed.sh`; edit `Schemas/` instead.
enum EmbeddedSchemas {
    /// `Schemas/flow.schema.json`
    static let flow = ##"""
        {
          "$schema": "http://json-schema.org/draft-07/schema#",
          "title": "Headgate flow",
          "description": "One live stream: where it comes in, how it is protected and where it goes. A bare protocol name means that the gateway listens or serves; -pull and -push mean that it calls out; SRT says it with `mode`.",
          "type": "object",
          "required": ["apiVersion", "name", "maxBandwidth", "inputs"],
          "properties": {
            "apiVersion": {
              "title": "Format version",
              "description": "The version of this file format.",
              "type": "string",
              "const": "headgate/v1",
              "default": "headgate/v1",
              "examples": ["headgate/v1"],
              "errorMessage": "not a format that this version reads: write headgate/v1"
            },
            "name": {
              "title": "Name",
              "description": "Unique over the directory. Letters, digits, - and _; 1 to 64 characters.",
              "type": "string",
              "pattern": "^[A-Za-z0-9_-]{1,64}$",
              "examples": ["stadium-a"],
              "errorMessage": "not a name: 1 to 64 letters, digits, - and _"
            },
            "description": {
              "title": "Description",
              "description": "A note for people; nothing depends on it. Up to 255 characters.",
              "type": "string",
              "maxLength": 255,
              "examples": ["Main camera feed"]
            },
            "maxBandwidth": {
              "title": "Bandwidth cap",
              "description": "The most that an input may bring in, measured over one second: a number with bps, kbps, Mbps or Gbps, or an integer in bits per second.",
              "type": ["string", "integer"],
              "pattern": "^[0-9]+(\\.[0-9]{1,9})?(bps|kbps|Mbps|Gbps)$",
              "minimum": 1,
              "examples": ["20Mbps", "2.5Gbps", 800000],
              "errorMessage": "not a rate such as 20Mbps, 800kbps or 64000 (bits per second)"
            },
            "suspend": {
              "title": "Suspend",
              "description": "true: keep the file, run nothing.",
              "type": "boolean",
              "default": false,
              "examples": [true, false]
            },
            "inputs": {
              "title": "Inputs",
              "description": "Where the stream comes in, in order of priority. 1 to 8.",
              "type": "array",
              "minItems": 1,
              "maxItems": 8,
              "items": {"$ref": "#/definitions/input"},
              "examples": [[{"name": "venue", "protocol": "srt", "latency": "200ms"}]]
            },
            "failover": {"$ref": "#/definitions/failover"},
            "outputs": {
              "title": "Outputs",
              "description": "Where the stream goes. Up to 64.",
              "type": "array",
              "maxItems": 64,
              "items": {"$ref": "#/definitions/output"},
              "default": [],
              "examples": [[{"name": "studio", "protocol": "srt", "mode": "caller", "host": "192.0.2.7", "port": 9100}]]
            }
          },
          "additionalProperties": false,
          "definitions": {
            "input": {
              "title": "Input",
              "description": "A name, a protocol and what belongs to the protocol.",
              "type": "object",
              "required": ["name", "protocol"],
              "properties": {
                "name": {
                  "title": "Name",
                  "description": "Unique among the flow's inputs. Letters, digits, - and _; 1 to 64 characters.",
                  "type": "string",
                  "pattern": "^[A-Za-z0-9_-]{1,64}$",
                  "examples": ["venue", "fibre"],
                  "errorMessage": "not a name: 1 to 64 letters, digits, - and _"
                },
                "description": {
                  "title": "Description",
                  "description": "A note for people; nothing depends on it. Up to 255 characters.",
                  "type": "string",
                  "maxLength": 255,
                  "examples": ["Truck 2, north gate"]
                },
                "enabled": {
                  "title": "Enabled",
                  "description": "false: keep the input in the file without running it.",
                  "type": "boolean",
                  "default": true,
                  "examples": [true, false]
                },
                "protocol": {
                  "title": "Protocol",
                  "description": "How the stream comes in. rtmp, srt, rtp, rtsp: the gateway listens; rtmp-pull, rtsp-pull and srt with mode caller: it calls out; file: it plays a file.",
                  "type": "string",
                  "enum": ["rtmp", "rtmp-pull", "srt", "rtp", "rtsp", "rtsp-pull", "file"],
                  "examples": ["rtmp", "rtmp-pull", "srt", "rtp", "rtsp", "rtsp-pull", "file"]
                }
              },
              "allOf": [
                {
                  "if": {"properties": {"protocol": {"const": "rtmp"}}, "required": ["protocol"]},
                  "then": {"$ref": "#/definitions/rtmpInput"}
                },
                {
                  "if": {"properties": {"protocol": {"const": "rtmp-pull"}}, "required": ["protocol"]},
                  "then": {"$ref": "#/definitions/rtmpPullInput"}
                },
                {
                  "if": {
                    "properties": {"protocol": {"const": "srt"}, "mode": {"not": {"const": "caller"}}},
                    "required": ["protocol"]
                  },
                  "then": {"$ref": "#/definitions/srtListenerInput"}
                },
                {
                  "if": {
                    "properties": {"protocol": {"const": "srt"}, "mode": {"const": "caller"}},
                    "required": ["protocol", "mode"]
                  },
                  "then": {"$ref": "#/definitions/srtCallerInput"}
                },
                {
                  "if": {"properties": {"protocol": {"const": "rtp"}}, "required": ["protocol"]},
                  "then": {"$ref": "#/definitions/rtpInput"}
                },
                {
                  "if": {"properties": {"protocol": {"const": "rtsp"}}, "required": ["protocol"]},
                  "then": {"$ref": "#/definitions/rtspInput"}
                },
                {
                  "if": {"properties": {"protocol": {"const": "rtsp-pull"}}, "required": ["protocol"]},
                  "then": {"$ref": "#/definitions/rtspPullInput"}
                },
                {
                  "if": {"properties": {"protocol": {"const": "file"}}, "required": ["protocol"]},
                  "then": {"$ref": "#/definitions/fileInput"}
                }
              ]
            },
            "rtmpInput": {
              "title": "RTMP input",
              "description": "The gateway listens: publishers send to rtmp://HOST:1935/FLOW/STREAMKEY.",
              "type": "object",
              "properties": {
                "name": true,
                "description": true,
                "enabled": true,
                "protocol": true,
                "failover": {
                  "title": "Second address",
                  "description": "Take a second publisher at rtmp://HOST:1935/FLOW/STREAMKEY-backup, which stands in for the first.",
                  "type": "boolean",
                  "default": false,
                  "examples": [true, false]
                },
                "streamKey": {
                  "title": "Stream key",
                  "description": "The key that publishers must send. Left out: derived by the gateway, stable, shown in its status. Written as text, as `{file: PATH}` (read again when the file changes, a trailing newline stripped) or as `{env: NAME}` (an environment variable of the gateway). Messages, logs and pages never show it.",
                  "writeOnly": true,
                  "type": ["string", "object"],
                  "minLength": 1,
                  "maxLength": 512,
                  "pattern": "^[!-~]*$",
                  "properties": {
                    "file": {"$ref": "#/definitions/secretFile"},
                    "env": {"$ref": "#/definitions/secretVariable"}
                  },
                  "additionalProperties": false,
                  "minProperties": 1,
                  "maxProperties": 1,
                  "examples": [{"file": "/run/secrets/stadium-a"}, {"env": "STADIUM_KEY"}],
                  "errorMessage": "not a stream key: 1 to 512 visible ASCII characters, {file: PATH} or {env: NAME}"
                },
                "allow": {"$ref": "#/definitions/allow"}
              },
              "additionalProperties": false
            },
            "rtmpPullInput": {
              "title": "RTMP pull input",
              "description": "The gateway plays the stream from an RTMP server.",
              "type": "object",
              "required": ["source"],
              "properties": {
                "name": true,
                "description": true,
                "enabled": true,
                "protocol": true,
                "source": {
                  "title": "Source",
                  "description": "The rtmp:// or rtmps:// address without the stream key. User names and passwords do not belong in it.",
                  "writeOnly": true,
                  "type": "string",
                  "maxLength": 1024,
                  "pattern": "^rtmps?://[^ /?#]+[!-~]*$",
                  "examples": ["rtmp://media.example/live", "rtmps://media.example/live"],
                  "errorMessage": "not an rtmp:// or rtmps:// URL"
                },
                "standby": {
                  "title": "Standby",
                  "description": "hot: connected all the time, so that it can take over at once. cold: connected only while no other input is live, or it feeds the outputs itself.",
                  "type": "string",
                  "enum": ["hot", "cold"],
                  "default": "hot",
                  "examples": ["hot", "cold"]
                },
                "streamKey": {
                  "title": "Stream key",
                  "description": "The key of the stream to play. Written as text, as `{file: PATH}` (read again when the file changes, a trailing newline stripped) or as `{env: NAME}` (an environment variable of the gateway). Messages, logs and pages never show it.",
                  "writeOnly": true,
                  "type": ["string", "object"],
                  "minLength": 1,
                  "maxLength": 512,
                  "pattern": "^[!-~]*$",
                  "properties": {
                    "file": {"$ref": "#/definitions/secretFile"},
                    "env": {"$ref": "#/definitions/secretVariable"}
                  },
                  "additionalProperties": false,
                  "minProperties": 1,
                  "maxProperties": 1,
                  "examples": ["main", {"file": "/run/secrets/media"}],
                  "errorMessage": "not a stream key: 1 to 512 visible ASCII characters, {file: PATH} or {env: NAME}"
                }
              },
              "additionalProperties": false
            },
            "srtListenerInput": {
              "title": "SRT input, listener",
              "description": "The gateway listens and one caller publishes.",
              "type": "object",
              "properties": {
                "name": true,
                "description": true,
                "enabled": true,
                "protocol": true,
                "mode": {
                  "title": "Mode",
                  "description": "listener: the gateway waits for the peer. caller: the gateway calls the peer.",
                  "type": "string",
                  "enum": ["listener", "caller"],
                  "default": "listener",
                  "examples": ["listener", "caller"]
                },
                "port": {
                  "title": "Port",
                  "description": "A UDP port of this input's own. Left out: the gateway's shared SRT port, where flows are told apart by stream ID.",
                  "type": "integer",
                  "minimum": 1,
                  "maximum": 65535,
                  "examples": [9000]
                },
                "streamId": {
                  "title": "Stream ID",
                  "description": "The SRT stream ID that callers must send. On the shared port the default is FLOW/NAME; on a port of its own any stream ID is taken unless one is set here.",
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 512,
                  "pattern": "^[A-Za-z0-9.#!:&,=_/-]*$",
                  "errorMessage": "not a stream ID: 1 to 512 of A-Z a-z 0-9 . # ! : & , = _ / -",
                  "examples": ["stadium-a/fibre", "#!::r=stadium-a,m=publish"]
                },
                "latency": {
                  "title": "Latency",
                  "description": "How long a packet may take, retransmissions included: 120ms within a country, 200ms to another country, 1000ms to another continent. The larger of both sides' values counts. 0ms to 10s.",
                  "type": "string",
                  "pattern": "^[0-9]+(\\.[0-9]{1,9})?(ms|s|m|h)$",
                  "default": "120ms",
                  "examples": ["120ms", "200ms", "1000ms"],
                  "errorMessage": "not a duration such as 120ms, 5s or 2m"
                },
                "decryption": {"$ref": "#/definitions/decryption"},
                "failover": {
                  "title": "Second leg",
                  "description": "Take a second publisher, on port + 1 or, on the shared port, with -backup behind the stream ID, which stands in for the first.",
                  "type": "boolean",
                  "default": false,
                  "examples": [true, false]
                },
                "allow": {"$ref": "#/definitions/allow"},
                "peerIdleTimeout": {
                  "title": "Peer idle timeout",
                  "description": "Silence of the connected peer after which the connection counts as broken. 1s to 10s.",
                  "type": "string",
                  "pattern": "^[0-9]+(\\.[0-9]{1,9})?(ms|s|m|h)$",
                  "default": "5s",
                  "examples": ["5s"],
                  "errorMessage": "not a duration such as 120ms, 5s or 2m"
                }
              },
              "additionalProperties": false
            },
            "srtCallerInput": {
              "title": "SRT input, caller",
              "description": "The gateway calls an SRT listener and receives from it.",
              "type": "object",
              "required": ["host", "port"],
              "properties": {
                "name": true,
                "description": true,
                "enabled": true,
                "protocol": true,
                "mode": {
                  "title": "Mode",
                  "description": "listener: the gateway waits for the peer. caller: the gateway calls the peer.",
                  "type": "string",
                  "enum": ["listener", "caller"],
                  "default": "listener",
                  "examples": ["listener", "caller"]
                },
                "host": {
                  "title": "Host",
                  "description": "The IP address or name of the listener; a name is resolved again at each attempt.",
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 253,
                  "pattern": "^[A-Za-z0-9_.:-]+$",
                  "errorMessage": "not an IP address or a host name",
                  "examples": ["192.0.2.7", "encoder.example", "2001:db8::7"]
                },
                "port": {
                  "title": "Port",
                  "description": "The listener's UDP port.",
                  "type": "integer",
                  "minimum": 1,
                  "maximum": 65535,
                  "examples": [9000]
                },
                "standby": {
                  "title": "Standby",
                  "description": "hot: connected all the time, so that it can take over at once. cold: connected only while no other input is live, or it feeds the outputs itself.",
                  "type": "string",
                  "enum": ["hot", "cold"],
                  "default": "hot",
                  "examples": ["hot", "cold"]
                },
                "streamId": {
                  "title": "Stream ID",
                  "description": "The SRT stream ID to send to the listener.",
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 512,
                  "pattern": "^[A-Za-z0-9.#!:&,=_/-]*$",
                  "errorMessage": "not a stream ID: 1 to 512 of A-Z a-z 0-9 . # ! : & , = _ / -",
                  "examples": ["studio/main"]
                },
                "latency": {
                  "title": "Latency",
                  "description": "How long a packet may take, retransmissions included: 120ms within a country, 200ms to another country, 1000ms to another continent. The larger of both sides' values counts. 0ms to 10s.",
                  "type": "string",
                  "pattern": "^[0-9]+(\\.[0-9]{1,9})?(ms|s|m|h)$",
                  "default": "120ms",
                  "examples": ["120ms", "200ms", "1000ms"],
                  "errorMessage": "not a duration such as 120ms, 5s or 2m"
                },
                "decryption": {"$ref": "#/definitions/decryption"},
                "peerIdleTimeout": {
                  "title": "Peer idle timeout",
                  "description": "Silence of the connected peer after which the connection counts as broken. 1s to 10s.",
                  "type": "string",
                  "pattern": "^[0-9]+(\\.[0-9]{1,9})?(ms|s|m|h)$",
                  "default": "5s",
                  "examples": ["5s"],
                  "errorMessage": "not a duration such as 120ms, 5s or 2m"
                }
              },
              "additionalProperties": false
            },
            "rtpInput": {
              "title": "RTP or UDP input",
              "description": "The gateway receives MPEG-TS over RTP, or plain MPEG-TS over UDP, which it tells apart by itself.",
              "type": "object",
              "properties": {
                "name": true,
                "description": true,
                "enabled": true,
                "protocol": true,
                "port": {
                  "title": "Port",
                  "description": "The UDP port; RTCP uses the next one. Left out: picked from the gateway's port range and kept.",
                  "type": "integer",
                  "minimum": 1,
                  "maximum": 65535,
                  "examples": [5000]
                },
                "failover": {
                  "title": "Second leg",
                  "description": "Receive a second copy on port + 2, which stands in for the first.",
                  "type": "boolean",
                  "default": false,
                  "examples": [true, false]
                },
                "allow": {"$ref": "#/definitions/allow"},
                "fec": {
                  "title": "Forward error correction",
                  "description": "2022-1: repair losses with the column and row FEC of SMPTE ST 2022-1, which comes to the ports two and four above the media's; the second leg then stands six ports above the first.",
                  "type": "string",
                  "enum": ["none", "2022-1"],
                  "default": "none",
                  "examples": ["2022-1"]
                },
                "group": {
                  "title": "Multicast group",
                  "description": "The multicast group to join; source-specific when `allow` names single addresses.",
                  "type": "string",
                  "pattern": "^[0-9A-Fa-f.:]+$",
                  "errorMessage": "not a multicast address",
                  "examples": ["239.1.1.1", "ff3e::1"]
                },
                "interface": {
                  "title": "Network interface",
                  "description": "The network interface, by name, that joins the group. Left out: the one that the routing table names.",
                  "type": "string",
                  "pattern": "^[^ /]{1,15}$",
                  "errorMessage": "not the name of a network interface",
                  "examples": ["eth0", "ens192"]
                },
                "idleTimeout": {
                  "title": "Idle timeout",
                  "description": "Silence after which the sender counts as gone. 1s to 10s.",
                  "type": "string",
                  "pattern": "^[0-9]+(\\.[0-9]{1,9})?(ms|s|m|h)$",
                  "default": "5s",
                  "examples": ["5s"],
                  "errorMessage": "not a duration such as 120ms, 5s or 2m"
                }
              },
              "additionalProperties": false
            },
            "rtspInput": {
              "title": "RTSP input",
              "description": "The gateway listens: publishers ANNOUNCE and RECORD to rtsp://HOST:8554/FLOW/NAME.",
              "type": "object",
              "properties": {
                "name": true,
                "description": true,
                "enabled": true,
                "protocol": true,
                "failover": {
                  "title": "Second address",
                  "description": "Take a second publisher at rtsp://HOST:8554/FLOW/NAME-backup, which stands in for the first.",
                  "type": "boolean",
                  "default": false,
                  "examples": [true, false]
                },
                "allow": {"$ref": "#/definitions/allow"},
                "username": {
                  "title": "User name",
                  "description": "The user name for RTSP authentication (Digest with SHA-256 or MD5; over TLS Basic as well).",
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 255,
                  "examples": ["camera"]
                },
                "password": {
                  "title": "Password",
                  "description": "The password that goes with the user name. Written as text, as `{file: PATH}` (read again when the file changes, a trailing newline stripped) or as `{env: NAME}` (an environment variable of the gateway). Messages, logs and pages never show it.",
                  "writeOnly": true,
                  "type": ["string", "object"],
                  "minLength": 1,
                  "maxLength": 255,
                  "properties": {
                    "file": {"$ref": "#/definitions/secretFile"},
                    "env": {"$ref": "#/definitions/secretVariable"}
                  },
                  "additionalProperties": false,
                  "minProperties": 1,
                  "maxProperties": 1,
                  "examples": [{"file": "/run/secrets/camera"}, {"env": "CAMERA_PASSWORD"}],
                  "errorMessage": "not a password: 1 to 255 characters, {file: PATH} or {env: NAME}"
                }
              },
              "additionalProperties": false
            },
            "rtspPullInput": {
              "title": "RTSP pull input",
              "description": "The gateway plays the stream from an RTSP server, such as a camera.",
              "type": "object",
              "required": ["source"],
              "properties": {
                "name": true,
                "description": true,
                "enabled": true,
                "protocol": true,
                "source": {
                  "title": "Source",
                  "description": "The rtsp:// or rtsps:// address. User names and passwords do not belong in it.",
                  "writeOnly": true,
                  "type": "string",
                  "maxLength": 1024,
                  "pattern": "^rtsps?://[^ /?#]+[!-~]*$",
                  "examples": ["rtsp://192.0.2.20/stream1"],
                  "errorMessage": "not an rtsp:// or rtsps:// URL"
                },
                "username": {
                  "title": "User name",
                  "description": "The user name for RTSP authentication (Digest or Basic).",
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 255,
                  "examples": ["camera"]
                },
                "password": {
                  "title": "Password",
                  "description": "The password that goes with the user name. Written as text, as `{file: PATH}` (read again when the file changes, a trailing newline stripped) or as `{env: NAME}` (an environment variable of the gateway). Messages, logs and pages never show it.",
                  "writeOnly": true,
                  "type": ["string", "object"],
                  "minLength": 1,
                  "maxLength": 255,
                  "properties": {
                    "file": {"$ref": "#/definitions/secretFile"},
                    "env": {"$ref": "#/definitions/secretVariable"}
                  },
                  "additionalProperties": false,
                  "minProperties": 1,
                  "maxProperties": 1,
                  "examples": [{"file": "/run/secrets/camera"}, {"env": "CAMERA_PASSWORD"}],
                  "errorMessage": "not a password: 1 to 255 characters, {file: PATH} or {env: NAME}"
                },
                "transport": {
                  "title": "Transport",
                  "description": "How RTP travels: over UDP, inside the RTSP connection (tcp), or auto: UDP first, then TCP.",
                  "type": "string",
                  "enum": ["auto", "tcp", "udp"],
                  "default": "auto",
                  "examples": ["tcp"]
                }
              },
              "additionalProperties": false
            },
            "fileInput": {
              "title": "File input",
              "description": "The gateway plays an MPEG-TS file at its own pace.",
              "type": "object",
              "required": ["path"],
              "properties": {
                "name": true,
                "description": true,
                "enabled": true,
                "protocol": true,
                "path": {
                  "title": "Path",
                  "description": "An MPEG-TS file, relative to the folder of this flow file or absolute; or builtin:demo (a moving test picture with a tone) or builtin:slate.",
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 4096,
                  "pattern": "^[^\\u0000]*$",
                  "examples": ["builtin:demo", "/srv/media/intro.ts"]
                },
                "loop": {
                  "title": "Loop",
                  "description": "Start again at the end, with continuous timestamps.",
                  "type": "boolean",
                  "default": true,
                  "examples": [true, false]
                }
              },
              "additionalProperties": false
            },
            "failover": {
              "title": "Failover",
              "description": "How the legs of all inputs stand in for each other.",
              "type": "object",
              "properties": {
                "mode": {
                  "title": "Mode",
                  "description": "switch: one leg at a time. merge: two legs that carry the same stream are put together packet by packet: RTP by sequence numbers (SMPTE ST 2022-7), SRT by content.",
                  "type": "string",
                  "enum": ["switch", "merge"],
                  "default": "switch",
                  "examples": ["switch", "merge"]
                },
                "mergeWindow": {
                  "title": "Merge window",
                  "description": "With mode merge: how long a packet that is missing is waited for, and so how far one leg may be behind the other. 100ms to 2s.",
                  "type": "string",
                  "pattern": "^[0-9]+(\\.[0-9]{1,9})?(ms|s|m|h)$",
                  "default": "200ms",
                  "examples": ["200ms"],
                  "errorMessage": "not a duration such as 120ms, 5s or 2m"
                },
                "lossAfter": {
                  "title": "Loss after",
                  "description": "Silence after which a leg counts as lost. 50ms to 30s.",
                  "type": "string",
                  "pattern": "^[0-9]+(\\.[0-9]{1,9})?(ms|s|m|h)$",
                  "default": "500ms",
                  "examples": ["500ms", "2s"],
                  "errorMessage": "not a duration such as 120ms, 5s or 2m"
                },
                "switchBack": {
                  "title": "Switch back",
                  "description": "never: stay on the leg that took over. auto: go back to the preferred leg when it is healthy again.",
                  "type": "string",
                  "enum": ["never", "auto"],
                  "default": "never",
                  "examples": ["never", "auto"]
                },
                "recoverAfter": {
                  "title": "Recover after",
                  "description": "With switchBack auto: how long the preferred leg must be healthy first; and how long a leg whose quality was too poor must be without fault. 0ms to 1h.",
                  "type": "string",
                  "pattern": "^[0-9]+(\\.[0-9]{1,9})?(ms|s|m|h)$",
                  "default": "5s",
                  "examples": ["5s", "1m"],
                  "errorMessage": "not a duration such as 120ms, 5s or 2m"
                },
                "active": {
                  "title": "Active",
                  "description": "The operator's choice: the name of an input, or input/backup for its second leg. It goes before all others as long as it is live; while it is not, the others stand in as usual.",
                  "type": "string",
                  "pattern": "^[A-Za-z0-9_-]{1,64}(/(main|backup))?$",
                  "examples": ["fibre", "venue/backup"],
                  "errorMessage": "not an input's name, nor one with /main or /backup"
                },
                "quality": {
                  "$ref": "#/definitions/quality"
                }
              },
              "additionalProperties": false,
              "examples": [
                {"mode": "switch", "lossAfter": "500ms"}
              ]
            },
            "quality": {
              "title": "Quality",
              "description": "When a leg that brings media counts as lost all the same. It takes over again, if it is preferred, after recoverAfter without fault.",
              "type": "object",
              "properties": {
                "minBitrate": {
                  "title": "Minimum bitrate",
                  "description": "Less than this, measured over one second, is too little: a number with bps, kbps, Mbps or Gbps, or an integer in bits per second.",
                  "type": ["string", "integer"],
                  "pattern": "^[0-9]+(\\.[0-9]{1,9})?(bps|kbps|Mbps|Gbps)$",
                  "minimum": 1,
                  "examples": ["1Mbps", 800000],
                  "errorMessage": "not a rate such as 20Mbps, 800kbps or 64000 (bits per second)"
                },
                "minBitrateFor": {
                  "title": "Minimum bitrate for",
                  "description": "How long the rate may be below minBitrate. 0ms to 1m.",
                  "type": "string",
                  "pattern": "^[0-9]+(\\.[0-9]{1,9})?(ms|s|m|h)$",
                  "default": "2s",
                  "examples": ["2s"],
                  "errorMessage": "not a duration such as 120ms, 5s or 2m"
                },
                "noVideoFor": {
                  "title": "No video for",
                  "description": "A leg of which no picture began for so long is lost. Not for flows of sound alone. 200ms to 1m.",
                  "type": "string",
                  "pattern": "^[0-9]+(\\.[0-9]{1,9})?(ms|s|m|h)$",
                  "examples": ["2s"],
                  "errorMessage": "not a duration such as 120ms, 5s or 2m"
                },
                "maxContinuityErrors": {
                  "title": "Maximum continuity errors",
                  "description": "More continuity errors than this within a second are too many. Legs that carry MPEG-TS have them.",
                  "type": "integer",
                  "minimum": 0,
                  "maximum": 100000,
                  "examples": [10]
                },
                "maxContinuityErrorsFor": {
                  "title": "Maximum continuity errors for",
                  "description": "How long the errors may be above maxContinuityErrors. 0ms to 1m.",
                  "type": "string",
                  "pattern": "^[0-9]+(\\.[0-9]{1,9})?(ms|s|m|h)$",
                  "default": "1s",
                  "examples": ["1s"],
                  "errorMessage": "not a duration such as 120ms, 5s or 2m"
                },
                "frozenFor": {
                  "title": "Frozen for",
                  "description": "A leg whose time stamps stand still for so long is lost, although packets come. 200ms to 1m.",
                  "type": "string",
                  "pattern": "^[0-9]+(\\.[0-9]{1,9})?(ms|s|m|h)$",
                  "examples": ["2s"],
                  "errorMessage": "not a duration such as 120ms, 5s or 2m"
                }
              },
              "additionalProperties": false,
              "examples": [
                {"minBitrate": "1Mbps", "noVideoFor": "2s"}
              ]
            },
            "output": {
              "title": "Output",
              "description": "A name, a protocol and what belongs to the protocol.",
              "type": "object",
              "required": ["name", "protocol"],
              "properties": {
                "name": {
                  "title": "Name",
                  "description": "Unique among the flow's outputs. Letters, digits, - and _; 1 to 64 characters.",
                  "type": "string",
                  "pattern": "^[A-Za-z0-9_-]{1,64}$",
                  "examples": ["studio", "cdn"],
                  "errorMessage": "not a name: 1 to 64 letters, digits, - and _"
                },
                "description": {
                  "title": "Description",
                  "description": "A note for people; nothing depends on it. Up to 255 characters.",
                  "type": "string",
                  "maxLength": 255,
                  "examples": ["Truck 2, north gate"]
                },
                "enabled": {
                  "title": "Enabled",
                  "description": "false: keep the output in the file without running it.",
                  "type": "boolean",
                  "default": true,
                  "examples": [true, false]
                },
                "protocol": {
                  "title": "Protocol",
                  "description": "How the stream goes out. srt, rtmp, rtsp, hls: the gateway serves; rtmp-push, rtsp-push and srt with mode caller: it calls out; rtp, udp: it sends datagrams; record: it writes files.",
                  "type": "string",
                  "enum": ["srt", "rtmp", "rtmp-push", "rtp", "udp", "rtsp", "rtsp-push", "hls", "record"],
                  "examples": ["srt", "rtmp", "rtmp-push", "rtp", "udp", "rtsp", "rtsp-push", "hls", "record"]
                }
              },
              "allOf": [
                {
                  "if": {
                    "properties": {"protocol": {"const": "srt"}, "mode": {"not": {"const": "caller"}}},
                    "required": ["protocol"]
                  },
                  "then": {"$ref": "#/definitions/srtListenerOutput"}
                },
                {
                  "if": {
                    "properties": {"protocol": {"const": "srt"}, "mode": {"const": "caller"}},
                    "required": ["protocol", "mode"]
                  },
                  "then": {"$ref": "#/definitions/srtCallerOutput"}
                },
                {
                  "if": {"properties": {"protocol": {"const": "rtmp"}}, "required": ["protocol"]},
                  "then": {"$ref": "#/definitions/rtmpOutput"}
                },
                {
                  "if": {"properties": {"protocol": {"const": "rtmp-push"}}, "required": ["protocol"]},
                  "then": {"$ref": "#/definitions/rtmpPushOutput"}
                },
                {
                  "if": {"properties": {"protocol": {"const": "rtp"}}, "required": ["protocol"]},
                  "then": {"$ref": "#/definitions/rtpOutput"}
                },
                {
                  "if": {"properties": {"protocol": {"const": "udp"}}, "required": ["protocol"]},
                  "then": {"$ref": "#/definitions/udpOutput"}
                },
                {
                  "if": {"properties": {"protocol": {"const": "rtsp"}}, "required": ["protocol"]},
                  "then": {"$ref": "#/definitions/rtspOutput"}
                },
                {
                  "if": {"properties": {"protocol": {"const": "rtsp-push"}}, "required": ["protocol"]},
                  "then": {"$ref": "#/definitions/rtspPushOutput"}
                },
                {
                  "if": {"properties": {"protocol": {"const": "hls"}}, "required": ["protocol"]},
                  "then": {"$ref": "#/definitions/hlsOutput"}
                },
                {
                  "if": {"properties": {"protocol": {"const": "record"}}, "required": ["protocol"]},
                  "then": {"$ref": "#/definitions/recordOutput"}
                }
              ]
            },
            "srtListenerOutput": {
              "title": "SRT output, listener",
              "description": "The gateway listens and callers receive.",
              "type": "object",
              "properties": {
                "name": true,
                "description": true,
                "enabled": true,
                "protocol": true,
                "mode": {
                  "title": "Mode",
                  "description": "listener: the gateway waits for the peer. caller: the gateway calls the peer.",
                  "type": "string",
                  "enum": ["listener", "caller"],
                  "default": "listener",
                  "examples": ["listener", "caller"]
                },
                "port": {
                  "title": "Port",
                  "description": "A UDP port of this output's own. Left out: the gateway's shared SRT port, where flows are told apart by stream ID.",
                  "type": "integer",
                  "minimum": 1,
                  "maximum": 65535,
                  "examples": [9710]
                },
                "streamId": {
                  "title": "Stream ID",
                  "description": "The SRT stream ID that callers must send. On the shared port the default is FLOW/NAME; on a port of its own any stream ID is taken unless one is set here.",
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 512,
                  "pattern": "^[A-Za-z0-9.#!:&,=_/-]*$",
                  "errorMessage": "not a stream ID: 1 to 512 of A-Z a-z 0-9 . # ! : & , = _ / -",
                  "examples": ["stadium-a/studio", "#!::r=stadium-a,m=request"]
                },
                "latency": {
                  "title": "Latency",
                  "description": "How long a packet may take, retransmissions included: 120ms within a country, 200ms to another country, 1000ms to another continent. The larger of both sides' values counts. 0ms to 10s.",
                  "type": "string",
                  "pattern": "^[0-9]+(\\.[0-9]{1,9})?(ms|s|m|h)$",
                  "default": "120ms",
                  "examples": ["120ms", "200ms", "1000ms"],
                  "errorMessage": "not a duration such as 120ms, 5s or 2m"
                },
                "encryption": {"$ref": "#/definitions/encryption"},
                "allow": {"$ref": "#/definitions/allow"},
                "maxConcurrent": {
                  "title": "Receivers at a time",
                  "description": "How many receivers may be connected at once; one more is refused.",
                  "type": "integer",
                  "minimum": 1,
                  "maximum": 1000,
                  "default": 4,
                  "examples": [4, 50]
                },
                "peerIdleTimeout": {
                  "title": "Peer idle timeout",
                  "description": "Silence of the connected peer after which the connection counts as broken. 1s to 10s.",
                  "type": "string",
                  "pattern": "^[0-9]+(\\.[0-9]{1,9})?(ms|s|m|h)$",
                  "default": "5s",
                  "examples": ["5s"],
                  "errorMessage": "not a duration such as 120ms, 5s or 2m"
                }
              },
              "additionalProperties": false
            },
            "srtCallerOutput": {
              "title": "SRT output, caller",
              "description": "The gateway calls an SRT listener and sends to it.",
              "type": "object",
              "required": ["host", "port"],
              "properties": {
                "name": true,
                "description": true,
                "enabled": true,
                "protocol": true,
                "mode": {
                  "title": "Mode",
                  "description": "listener: the gateway waits for the peer. caller: the gateway calls the peer.",
                  "type": "string",
                  "enum": ["listener", "caller"],
                  "default": "listener",
                  "examples": ["listener", "caller"]
                },
                "host": {
                  "title": "Host",
                  "description": "The IP address or name of the listener; a name is resolved again at each attempt.",
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 253,
                  "pattern": "^[A-Za-z0-9_.:-]+$",
                  "errorMessage": "not an IP address or a host name",
                  "examples": ["192.0.2.7", "studio.example", "2001:db8::7"]
                },
                "port": {
                  "title": "Port",
                  "description": "The listener's UDP port.",
                  "type": "integer",
                  "minimum": 1,
                  "maximum": 65535,
                  "examples": [9100]
                },
                "streamId": {
                  "title": "Stream ID",
                  "description": "The SRT stream ID to send to the listener.",
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 512,
                  "pattern": "^[A-Za-z0-9.#!:&,=_/-]*$",
                  "errorMessage": "not a stream ID: 1 to 512 of A-Z a-z 0-9 . # ! : & , = _ / -",
                  "examples": ["#!::r=main,m=publish"]
                },
                "latency": {
                  "title": "Latency",
                  "description": "How long a packet may take, retransmissions included: 120ms within a country, 200ms to another country, 1000ms to another continent. The larger of both sides' values counts. 0ms to 10s.",
                  "type": "string",
                  "pattern": "^[0-9]+(\\.[0-9]{1,9})?(ms|s|m|h)$",
                  "default": "120ms",
                  "examples": ["120ms", "200ms", "1000ms"],
                  "errorMessage": "not a duration such as 120ms, 5s or 2m"
                },
                "encryption": {"$ref": "#/definitions/encryption"},
                "peerIdleTimeout": {
                  "title": "Peer idle timeout",
                  "description": "Silence of the connected peer after which the connection counts as broken. 1s to 10s.",
                  "type": "string",
                  "pattern": "^[0-9]+(\\.[0-9]{1,9})?(ms|s|m|h)$",
                  "default": "5s",
                  "examples": ["5s"],
                  "errorMessage": "not a duration such as 120ms, 5s or 2m"
                }
              },
              "additionalProperties": false
            },
            "rtmpOutput": {
              "title": "RTMP output",
              "description": "The gateway serves: players play rtmp://HOST:1935/FLOW/STREAMKEY.",
              "type": "object",
              "properties": {
                "name": true,
                "description": true,
                "enabled": true,
                "protocol": true,
                "streamKey": {
                  "title": "Stream key",
                  "description": "The key that players must send. Left out: the output's name. Written as text, as `{file: PATH}` (read again when the file changes, a trailing newline stripped) or as `{env: NAME}` (an environment variable of the gateway). Messages, logs and pages never show it.",
                  "writeOnly": true,
                  "type": ["string", "object"],
                  "minLength": 1,
                  "maxLength": 512,
                  "pattern": "^[!-~]*$",
                  "properties": {
                    "file": {"$ref": "#/definitions/secretFile"},
                    "env": {"$ref": "#/definitions/secretVariable"}
                  },
                  "additionalProperties": false,
                  "minProperties": 1,
                  "maxProperties": 1,
                  "examples": ["studio", {"env": "PLAY_KEY"}],
                  "errorMessage": "not a stream key: 1 to 512 visible ASCII characters, {file: PATH} or {env: NAME}"
                },
                "allow": {"$ref": "#/definitions/allow"},
                "maxConcurrent": {
                  "title": "Receivers at a time",
                  "description": "How many receivers may be connected at once; one more is refused.",
                  "type": "integer",
                  "minimum": 1,
                  "maximum": 1000,
                  "default": 4,
                  "examples": [4, 50]
                }
              },
              "additionalProperties": false
            },
            "rtmpPushOutput": {
              "title": "RTMP push output",
              "description": "The gateway publishes to an RTMP server.",
              "type": "object",
              "required": ["url"],
              "properties": {
                "name": true,
                "description": true,
                "enabled": true,
                "protocol": true,
                "url": {
                  "title": "URL",
                  "description": "The rtmp:// or rtmps:// address without the stream key. User names and passwords do not belong in it.",
                  "writeOnly": true,
                  "type": "string",
                  "maxLength": 1024,
                  "pattern": "^rtmps?://[^ /?#]+[!-~]*$",
                  "examples": ["rtmps://ingest.example/live"],
                  "errorMessage": "not an rtmp:// or rtmps:// URL"
                },
                "streamKey": {
                  "title": "Stream key",
                  "description": "The key to publish under. Written as text, as `{file: PATH}` (read again when the file changes, a trailing newline stripped) or as `{env: NAME}` (an environment variable of the gateway). Messages, logs and pages never show it.",
                  "writeOnly": true,
                  "type": ["string", "object"],
                  "minLength": 1,
                  "maxLength": 512,
                  "pattern": "^[!-~]*$",
                  "properties": {
                    "file": {"$ref": "#/definitions/secretFile"},
                    "env": {"$ref": "#/definitions/secretVariable"}
                  },
                  "additionalProperties": false,
                  "minProperties": 1,
                  "maxProperties": 1,
                  "examples": [{"file": "/run/secrets/cdn"}, {"env": "CDN_KEY"}],
                  "errorMessage": "not a stream key: 1 to 512 visible ASCII characters, {file: PATH} or {env: NAME}"
                }
              },
              "additionalProperties": false
            },
            "rtpOutput": {
              "title": "RTP output",
              "description": "The gateway sends MPEG-TS over RTP to one unicast or multicast address.",
              "type": "object",
              "required": ["host", "port"],
              "properties": {
                "name": true,
                "description": true,
                "enabled": true,
                "protocol": true,
                "host": {
                  "title": "Host",
                  "description": "The IP address, multicast group or name to send to.",
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 253,
                  "pattern": "^[A-Za-z0-9_.:-]+$",
                  "errorMessage": "not an IP address or a host name",
                  "examples": ["192.0.2.9", "239.1.1.2"]
                },
                "port": {
                  "title": "Port",
                  "description": "The UDP port to send to.",
                  "type": "integer",
                  "minimum": 1,
                  "maximum": 65535,
                  "examples": [5004]
                },
                "ttl": {
                  "title": "Time to live",
                  "description": "The IP time to live (hop limit). Left out: the system's, 64 for unicast and 1 for multicast.",
                  "type": "integer",
                  "minimum": 1,
                  "maximum": 255,
                  "examples": [16]
                },
                "interface": {
                  "title": "Network interface",
                  "description": "The network interface, by name, that multicast leaves by. Left out: the one that the routing table names.",
                  "type": "string",
                  "pattern": "^[^ /]{1,15}$",
                  "errorMessage": "not the name of a network interface",
                  "examples": ["eth0", "ens192"]
                },
                "fec": {
                  "title": "Forward error correction",
                  "description": "2022-1: add the column and row FEC of SMPTE ST 2022-1, sent to the ports two and four above the media's.",
                  "type": "string",
                  "enum": ["none", "2022-1"],
                  "default": "none",
                  "examples": ["2022-1"]
                },
                "fecColumns": {
                  "title": "FEC columns",
                  "description": "With fec 2022-1: how many packets a row has, L. A burst of as many losses can be repaired. fecColumns times fecRows is 100 at most.",
                  "type": "integer",
                  "minimum": 4,
                  "maximum": 20,
                  "default": 10,
                  "examples": [5, 10]
                },
                "fecRows": {
                  "title": "FEC rows",
                  "description": "With fec 2022-1: how many packets a column has, D. The columns add 1/fecRows to the rate, the rows 1/fecColumns.",
                  "type": "integer",
                  "minimum": 4,
                  "maximum": 20,
                  "default": 10,
                  "examples": [5, 10]
                }
              },
              "additionalProperties": false
            },
            "udpOutput": {
              "title": "UDP output",
              "description": "The gateway sends plain MPEG-TS over UDP to one unicast or multicast address.",
              "type": "object",
              "required": ["host", "port"],
              "properties": {
                "name": true,
                "description": true,
                "enabled": true,
                "protocol": true,
                "host": {
                  "title": "Host",
                  "description": "The IP address, multicast group or name to send to.",
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 253,
                  "pattern": "^[A-Za-z0-9_.:-]+$",
                  "errorMessage": "not an IP address or a host name",
                  "examples": ["192.0.2.9", "239.1.1.2"]
                },
                "port": {
                  "title": "Port",
                  "description": "The UDP port to send to.",
                  "type": "integer",
                  "minimum": 1,
                  "maximum": 65535,
                  "examples": [5004]
                },
                "ttl": {
                  "title": "Time to live",
                  "description": "The IP time to live (hop limit). Left out: the system's, 64 for unicast and 1 for multicast.",
                  "type": "integer",
                  "minimum": 1,
                  "maximum": 255,
                  "examples": [16]
                },
                "interface": {
                  "title": "Network interface",
                  "description": "The network interface, by name, that multicast leaves by. Left out: the one that the routing table names.",
                  "type": "string",
                  "pattern": "^[^ /]{1,15}$",
                  "errorMessage": "not the name of a network interface",
                  "examples": ["eth0", "ens192"]
                },
                "fec": {
                  "title": "Forward error correction",
                  "description": "Only none: ST 2022-1 needs RTP, so choose protocol rtp for it.",
                  "type": "string",
                  "enum": ["none"],
                  "default": "none",
                  "examples": ["none"],
                  "errorMessage": "not possible without RTP: choose protocol rtp, or fec none"
                }
              },
              "additionalProperties": false
            },
            "rtspOutput": {
              "title": "RTSP output",
              "description": "The gateway serves: players play rtsp://HOST:8554/FLOW/NAME.",
              "type": "object",
              "properties": {
                "name": true,
                "description": true,
                "enabled": true,
                "protocol": true,
                "username": {
                  "title": "User name",
                  "description": "The user name for RTSP authentication (Digest with SHA-256 or MD5; over TLS Basic as well).",
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 255,
                  "examples": ["camera"]
                },
                "password": {
                  "title": "Password",
                  "description": "The password that goes with the user name. Written as text, as `{file: PATH}` (read again when the file changes, a trailing newline stripped) or as `{env: NAME}` (an environment variable of the gateway). Messages, logs and pages never show it.",
                  "writeOnly": true,
                  "type": ["string", "object"],
                  "minLength": 1,
                  "maxLength": 255,
                  "properties": {
                    "file": {"$ref": "#/definitions/secretFile"},
                    "env": {"$ref": "#/definitions/secretVariable"}
                  },
                  "additionalProperties": false,
                  "minProperties": 1,
                  "maxProperties": 1,
                  "examples": [{"file": "/run/secrets/camera"}, {"env": "CAMERA_PASSWORD"}],
                  "errorMessage": "not a password: 1 to 255 characters, {file: PATH} or {env: NAME}"
                },
                "allow": {"$ref": "#/definitions/allow"},
                "maxConcurrent": {
                  "title": "Receivers at a time",
                  "description": "How many receivers may be connected at once; one more is refused.",
                  "type": "integer",
                  "minimum": 1,
                  "maximum": 1000,
                  "default": 4,
                  "examples": [4, 50]
                }
              },
              "additionalProperties": false
            },
            "rtspPushOutput": {
              "title": "RTSP push output",
              "description": "The gateway publishes to an RTSP server.",
              "type": "object",
              "required": ["url"],
              "properties": {
                "name": true,
                "description": true,
                "enabled": true,
                "protocol": true,
                "url": {
                  "title": "URL",
                  "description": "The rtsp:// or rtsps:// address. User names and passwords do not belong in it.",
                  "writeOnly": true,
                  "type": "string",
                  "maxLength": 1024,
                  "pattern": "^rtsps?://[^ /?#]+[!-~]*$",
                  "examples": ["rtsp://media.example/live/stadium-a"],
                  "errorMessage": "not an rtsp:// or rtsps:// URL"
                },
                "username": {
                  "title": "User name",
                  "description": "The user name for RTSP authentication (Digest or Basic).",
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 255,
                  "examples": ["camera"]
                },
                "password": {
                  "title": "Password",
                  "description": "The password that goes with the user name. Written as text, as `{file: PATH}` (read again when the file changes, a trailing newline stripped) or as `{env: NAME}` (an environment variable of the gateway). Messages, logs and pages never show it.",
                  "writeOnly": true,
                  "type": ["string", "object"],
                  "minLength": 1,
                  "maxLength": 255,
                  "properties": {
                    "file": {"$ref": "#/definitions/secretFile"},
                    "env": {"$ref": "#/definitions/secretVariable"}
                  },
                  "additionalProperties": false,
                  "minProperties": 1,
                  "maxProperties": 1,
                  "examples": [{"file": "/run/secrets/camera"}, {"env": "CAMERA_PASSWORD"}],
                  "errorMessage": "not a password: 1 to 255 characters, {file: PATH} or {env: NAME}"
                },
                "transport": {
                  "title": "Transport",
                  "description": "How RTP travels: over UDP, inside the RTSP connection (tcp), or auto: UDP first, then TCP.",
                  "type": "string",
                  "enum": ["auto", "tcp", "udp"],
                  "default": "auto",
                  "examples": ["tcp"]
                }
              },
              "additionalProperties": false
            },
            "hlsOutput": {
              "title": "HLS output",
              "description": "The gateway serves http://HOST:8080/hls/FLOW/index.m3u8, and index-fmp4.m3u8 beside it. One to a flow.",
              "type": "object",
              "properties": {
                "name": true,
                "description": true,
                "enabled": true,
                "protocol": true,
                "segmentDuration": {
                  "title": "Segment duration",
                  "description": "How long a segment is at least; segments start at keyframes. 1s to 10s.",
                  "type": "string",
                  "pattern": "^[0-9]+(\\.[0-9]{1,9})?(ms|s|m|h)$",
                  "default": "2s",
                  "examples": ["2s", "6s"],
                  "errorMessage": "not a duration such as 120ms, 5s or 2m"
                },
                "window": {
                  "title": "Window",
                  "description": "How many segments the playlist lists; more while these would last less than three of the longest ones.",
                  "type": "integer",
                  "minimum": 3,
                  "maximum": 60,
                  "default": 6,
                  "examples": [6, 30]
                }
              },
              "additionalProperties": false
            },
            "recordOutput": {
              "title": "Record output",
              "description": "The gateway writes MPEG-TS segments to files.",
              "type": "object",
              "required": ["path"],
              "properties": {
                "name": true,
                "description": true,
                "enabled": true,
                "protocol": true,
                "path": {
                  "title": "Path",
                  "description": "The name of a segment with strftime conversions, expanded in UTC when the segment opens; relative to the folder of this flow file or absolute.",
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 4096,
                  "pattern": "^[^\\u0000]*[^\\u0000/]$",
                  "errorMessage": "not the path of a file",
                  "examples": ["/srv/recordings/stadium-a/%Y-%m-%d/%H%M%S.ts"]
                },
                "segmentDuration": {
                  "title": "Segment duration",
                  "description": "How long a segment is. 1s to 24h.",
                  "type": "string",
                  "pattern": "^[0-9]+(\\.[0-9]{1,9})?(ms|s|m|h)$",
                  "default": "60s",
                  "examples": ["60s", "10m", "1h"],
                  "errorMessage": "not a duration such as 120ms, 5s or 2m"
                },
                "keep": {
                  "title": "Keep",
                  "description": "How long finished segments are kept, 1m or more. Left out: for ever.",
                  "type": "string",
                  "pattern": "^[0-9]+(\\.[0-9]{1,9})?(ms|s|m|h)$",
                  "examples": ["24h", "168h"],
                  "errorMessage": "not a duration such as 120ms, 5s or 2m"
                }
              },
              "additionalProperties": false
            },
            "allow": {
              "title": "Allowlist",
              "description": "Who may connect: IPv4 and IPv6 addresses or CIDR blocks, as a list or as one text separated by `;`. Left out or empty: everyone.",
              "type": ["array", "string"],
              "maxItems": 1000,
              "maxLength": 65536,
              "items": {
                "title": "Address or block",
                "description": "An IPv4 or IPv6 address, or a CIDR block; host bits are masked.",
                "type": "string",
                "maxLength": 64,
                "examples": ["203.0.113.0/28", "2001:db8::/32"]
              },
              "default": [],
              "examples": [["203.0.113.0/28", "198.51.100.7"], "203.0.113.0/28;198.51.100.7"]
            },
            "decryption": {
              "title": "Decryption",
              "description": "The passphrase and key length that the sender must use. Left out: only clear streams are taken.",
              "writeOnly": true,
              "type": "object",
              "required": ["key"],
              "properties": {
                "key": {"$ref": "#/definitions/passphrase"},
                "keyLength": {"$ref": "#/definitions/keyLength"}
              },
              "additionalProperties": false,
              "examples": [
                {"key": {"env": "STADIUM_KEY"}, "keyLength": 32}
              ],
              "errorMessage": "expected a mapping with key and, unless it is 16, keyLength"
            },
            "encryption": {
              "title": "Encryption",
              "description": "The passphrase and key length to encrypt with. Left out: the stream is sent in the clear.",
              "writeOnly": true,
              "type": "object",
              "required": ["key"],
              "properties": {
                "key": {"$ref": "#/definitions/passphrase"},
                "keyLength": {"$ref": "#/definitions/keyLength"}
              },
              "additionalProperties": false,
              "examples": [
                {"key": {"env": "STADIUM_KEY"}, "keyLength": 32}
              ],
              "errorMessage": "expected a mapping with key and, unless it is 16, keyLength"
            },
            "passphrase": {
              "title": "Passphrase",
              "description": "10 to 79 ASCII characters; the peer must use the same. Written as text, as `{file: PATH}` (read again when the file changes, a trailing newline stripped) or as `{env: NAME}` (an environment variable of the gateway). Messages, logs and pages never show it.",
              "writeOnly": true,
              "type": ["string", "object"],
              "minLength": 10,
              "maxLength": 79,
              "pattern": "^[ -~]*$",
              "properties": {
                "file": {"$ref": "#/definitions/secretFile"},
                "env": {"$ref": "#/definitions/secretVariable"}
              },
              "additionalProperties": false,
              "minProperties": 1,
              "maxProperties": 1,
              "examples": [{"env": "STADIUM_KEY"}, {"file": "/run/secrets/stadium-a"}],
              "errorMessage": "not a passphrase: 10 to 79 ASCII characters, {file: PATH} or {env: NAME}"
            },
            "keyLength": {
              "title": "Key length",
              "description": "The AES key length in bytes: 16 (AES-128), 24 (AES-192) or 32 (AES-256). The peer must use the same.",
              "type": "integer",
              "enum": [16, 24, 32],
              "default": 16,
              "examples": [16, 24, 32],
              "errorMessage": "not a key length: 16, 24 or 32"
            },
            "secretFile": {
              "title": "File",
              "description": "The file that holds the secret, relative to the folder of this flow file or absolute. Read again when it changes; a trailing newline is stripped.",
              "writeOnly": true,
              "type": "string",
              "minLength": 1,
              "maxLength": 4096,
              "pattern": "^[^\\u0000]*$",
              "examples": ["/run/secrets/stadium-a"],
              "errorMessage": "not the path of a file"
            },
            "secretVariable": {
              "title": "Environment variable",
              "description": "The environment variable of the gateway that holds the secret.",
              "writeOnly": true,
              "type": "string",
              "maxLength": 255,
              "pattern": "^[A-Za-z_][A-Za-z0-9_]*$",
              "examples": ["STADIUM_KEY"],
              "errorMessage": "not the name of an environment variable"
            }
          }
        }

        """##
}
